import { UserError } from "@s2s/runtime";
import type { Command, CommanderError } from "commander";
import { suggestion } from "./options/nearest.ts";

/** Commander's complaints about the command line, with the nearest thing that is known and the way to the help. */
export function explainUsage(error: CommanderError, command: Command): Error {
  if (error.exitCode === 0) return error;
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  if (error.code === "commander.unknownOption") return new UserError(unknownOption(quoted.replace(/=.*$/s, ""), command));
  if (error.code === "commander.unknownCommand") return unknownCommand(quoted, command);
  return new UserError(`${error.message.replace(/^error: /, "").replace(/\.$/, "")}: ${helpHint(command)}`);
}

/** What was meant, with a space behind it, where something is near. */
function near(name: string, known: readonly string[]): string {
  const found = suggestion(name, known);
  return found && `${found} `;
}

export function unknownCommand(name: string, program: Command): UserError {
  const known = program.commands.map((each) => each.name());
  return new UserError(`unknown command ${name}: ${near(name, known)}${helpHint(program)}`);
}

function unknownOption(option: string, command: Command): string {
  const elsewhere = command.commands.find((each) => longOptions(each).includes(option));
  if (elsewhere) return `unknown option ${option}: options stand after the command, as in \`${commandLine(elsewhere)} ${option}\``;
  const known = longOptions(command);
  // Keys of one side have no short names: --tied is --decoder.tied.
  const whole = known.find((each) => each.endsWith(`.${option.slice(2)}`));
  return `unknown option ${option}: ${whole ? `did you mean ${whole}? ` : near(option, known)}${helpHint(command)}`;
}

/**
 * Refuses a value that is itself an option of the command: `--out --json` lacks a folder.
 * Commander takes whatever follows, so that a value may begin with a hyphen.
 */
export function refuseOptionsAsValues(command: Command): void {
  const known = new Set(longOptions(command));
  for (const option of command.options) {
    if (!option.required) continue;
    command.on(`option:${option.name()}`, (value: string) => {
      if (known.has(value.replace(/=.*$/s, "")))
        throw new UserError(`--${option.name()} needs a value, but ${value} follows: ${helpHint(command)}`);
    });
  }
}

function longOptions(command: Command): string[] {
  return ["--help", ...command.options.flatMap(({ long }) => (long ? [long] : []))];
}

function helpHint(command: Command): string {
  return `\`${commandLine(command)} --help\` shows what there is`;
}

function commandLine(command: Command): string {
  return command.parent ? `${commandLine(command.parent)} ${command.name()}` : command.name();
}
