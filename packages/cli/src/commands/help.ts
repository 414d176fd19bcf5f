import { Command } from "commander";
import { unknownCommand } from "../usage.ts";

/** Instead of commander's own, which ends without a word of what is wrong where the command is unknown. */
export function helpCommand(program: Command): Command {
  return new Command("help")
    .description("display help for command")
    .argument("[command]")
    .action((name?: string) => {
      const command = name === undefined ? program : program.commands.find((each) => each.name() === name);
      if (!command) throw unknownCommand(name as string, program);
      command.outputHelp();
    });
}
