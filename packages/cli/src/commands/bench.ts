import { UserError } from "@s2s/runtime";
import {
  type BenchCase,
  benchCases,
  benchDecode,
  benchTrain,
  createExecutor,
  defaultThreads,
  type DecodeBench,
  type DecodePath,
  type TrainBench,
} from "@s2s/trainer";
import { Argument, Command, Option } from "commander";
import { countOption, jsonOption, oneOf } from "../options/common.ts";
import { PRESETS } from "../recipes/presets.ts";
import { bytes, count, plural } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly case: string;
  readonly threads?: number;
  readonly steps: number;
  readonly json?: boolean;
}

/** Models of papers in their full size, on sentences as long as those of WMT'14, which have 25 English and 29 French words on average. */
const presetCases = Object.fromEntries(
  Object.entries(PRESETS).map(([name, config]): [string, BenchCase] => [
    name,
    {
      config,
      sourceLength: 30,
      targetLength: 30,
      sourceVocabulary: config.source!.vocabulary!,
      targetVocabulary: config.target!.vocabulary!,
    },
  ]),
);
const cases: Readonly<Record<string, BenchCase>> = { ...benchCases, ...presetCases };
const [usual, large] = [Object.keys(benchCases), Object.keys(presetCases)];

const HELP = `
Cases (the number is the hidden size): ${usual.join(", ")}.
For train alone, and not among all: ${large.join(", ")}, the paper's model in its full size and as it trains it; it needs 9 GB of memory.
train tells the most memory that the process has held until then, of --case all with the cases before.
decode compares encoder and decoder with generate.onnx, on the CPU and in wasm, one thread unless --threads says otherwise (wasm has one).
Times depend on the machine and on what else it does: compare medians of several runs on an idle one.

Examples:
  $ s2s bench train --case char-256 --json
  $ s2s bench train --case sutskever2014 --steps 3
  $ s2s bench decode --case all`;

export function benchCommand(terminal: Terminal): Command {
  return new Command("bench")
    .description("measure the speed of training steps or of decoding on this machine")
    .addArgument(new Argument("<what>", "train or decode").argParser(oneOf("bench", ["train", "decode"])))
    .addOption(
      new Option("--case <name>", "one of the cases below, or all")
        .default("all")
        .argParser(oneOf("--case", [...Object.keys(cases), "all"])),
    )
    .addOption(countOption("threads", "CPU threads (default: for train the machine's cores, at most 8; for decode 1)", 1024))
    .addOption(countOption("steps", "training steps to take the median of", 1_000_000).default(15))
    .addOption(jsonOption('print one JSON object; for all cases {"cases": [...]}'))
    .addHelpText("after", HELP)
    .action(async (what: "train" | "decode", options: Options) => {
      const results: (TrainBench | DecodeBench)[] = [];
      for (const name of options.case === "all" ? usual : [options.case]) {
        const result = await measure(what, name, options);
        results.push(result);
        if (!options.json) for (const line of lines(result)) terminal.print(line);
      }
      if (options.json) terminal.printJson(options.case === "all" ? { cases: results } : (results[0] as object));
    });
}

function measure(what: "train" | "decode", name: string, { threads, steps }: Options): Promise<TrainBench | DecodeBench> {
  if (what === "decode") {
    if (large.includes(name)) throw new UserError(`--case ${name}: is for bench train alone; decode takes ${usual.join(", ")}`);
    return benchDecode(name, cases[name]!, { threads: threads ?? 1 });
  }
  return benchTrain(name, cases[name]!, createExecutor, { threads: threads ?? defaultThreads(), steps });
}

/** A row for each device and kind of graphs, a column for each number of beams. */
function pathLines(paths: readonly DecodePath[]): string[] {
  const beams = [...new Set(paths.map((path) => path.beams))];
  const rows = new Map<string, string[]>();
  for (const { device, graphs, msPerToken } of paths) {
    const name = `${device}, ${graphs === "split" ? "encoder and decoder" : "generate.onnx"}`;
    rows.set(name, [...(rows.get(name) ?? []), String(msPerToken)]);
  }
  const table = [
    ["ms a token, one text", ...beams.map((n) => (n === 1 ? "greedy" : `beam ${n}`))],
    ...Array.from(rows, ([name, times]) => [name].concat(times)),
  ];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  "),
  );
}

function lines(result: TrainBench | DecodeBench): string[] {
  const title = `${result.case}, ${plural(result.threads, "thread")}`;
  if ("msPerToken" in result) {
    const { batch1, batch64 } = result.msPerToken;
    return [
      `${title}: a greedy step of encoder and decoder takes ${batch1} ms for one text, ${batch64} ms for 64 texts side by side`,
      ...pathLines(result.paths).map((line) => `  ${line}`),
    ];
  }
  const { msPerStep, minMsPerStep, targetTokensPerSecond, gflopsPerSecond, parameters, peakMemoryBytes } = result;
  const speed = `${msPerStep} ms a step (best ${minMsPerStep}), ${count(targetTokensPerSecond)} target tokens/s, ${gflopsPerSecond} Gflop/s`;
  return [`${title}: ${speed}, ${count(parameters)} parameters, ${bytes(peakMemoryBytes)} of memory at most`];
}
