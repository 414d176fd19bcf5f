// From a fresh clone to answers: installs, builds, makes a data set, trains on it, evaluates and translates, each step shown as the
// command that does it. What is done already is skipped.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const S2S = "npx --yes pnpm@10.34.9 --silent s2s";
const DATA = "tmp/dates";
const RUN = "tmp/quickstart";
const TEXTS = ["3rd of March, 2021", "12/25/99", "Thursday, July 4, 1996", "the twenty-first of june 1987", "7-NOV-2008"];

/** Runs a Node program; a failure ends this one too. @param {string} script @param {string[]} args @param {string} [input] */
function node(script, args, input) {
  const { status, signal } = spawnSync(process.execPath, [script, ...args], {
    input,
    stdio: [input === undefined ? "ignore" : "pipe", "inherit", "inherit"],
  });
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 1));
}

/** Shows a command as a person would type it, and runs it. @param {string} title @param {string[]} args @param {string[]} [lines] */
function s2s(title, args, lines) {
  const typed = lines ? `printf '%s\\n' ${lines.map((line) => `"${line}"`).join(" ")} | ` : "";
  console.log(`\n${title}\n$ ${typed}s2s ${args.join(" ")}`);
  node("packages/cli/bin/s2s.mjs", args, lines?.map((line) => `${line}\n`).join(""));
}

// Ctrl-C is for the command at work: it saves, and its exit code ends this program.
process.on("SIGINT", () => {});

node("scripts/bootstrap.mjs", ["--build"]);
console.log(`Below, s2s is short for: ${S2S}`);

s2s("1. A data set: dates as people write them, and in ISO 8601", ["init", DATA, "--recipe", "dates"]);

const before = existsSync(`${RUN}/config.json`);
s2s(
  `2. Training an LSTM encoder-decoder${before ? ": going on with the run that is there" : ""}`,
  before ? ["train", "--resume", RUN] : ["train", "--config", `${DATA}/s2s.config.json`, "--out", RUN],
);

s2s("3. Measuring it on dates that it has never seen", ["evaluate", RUN, "--data", `${DATA}/test.tsv`]);
s2s("4. Translating", ["translate", RUN], TEXTS);

console.log(`
That was all. Try next:
  ${S2S} translate ${RUN} "your birthday"
  ${S2S} inspect ${RUN}
  ${S2S} train --data your-pairs.tsv --out tmp/mine      (a line: source, tab, target)
  ${S2S} train --help`);
