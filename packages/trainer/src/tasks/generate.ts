import { createHash } from "node:crypto";
import { END_ID, given, START_ID, UserError } from "@s2s/runtime";
import type { Tokenizer } from "@s2s/runtime";
import { describeFilter } from "../data/encode.ts";
import type { FilterCounts } from "../data/encode.ts";
import { roundUp } from "../data/examples.ts";
import type { Examples } from "../data/examples.ts";
import { holdOut } from "../data/hold-out.ts";
import { padRows } from "../data/pad.ts";
import { columnOf, readRows } from "../data/rows.ts";
import { Sequences } from "../data/sequences.ts";
import { TextColumn } from "../data/text-column.ts";
import type { Config } from "../config.ts";
import type { Batch } from "../executor.ts";
import { languageFigures } from "../measures/language-model.ts";
import { tokensOutput } from "../model-config.ts";
import { lengthLimit } from "./lengths.ts";
import type { Task } from "./task.ts";
import { textSides } from "./text-sides.ts";
import { tokenFigures } from "./token-figures.ts";

/** Texts that a language model learns to go on with. */
class Texts implements Examples {
  readonly sequences: Sequences;
  /** Their characters and bytes, for figures that do not depend on what a token is. */
  readonly texts: readonly string[];

  constructor(sequences: Sequences, texts: readonly string[]) {
    this.sequences = sequences;
    this.texts = texts;
  }

  get count(): number {
    return this.sequences.count;
  }
  lengths(example: number): readonly [number, number] {
    return [this.units(example), 0];
  }
  units(example: number): number {
    return this.sequences.lengthOf(example) + 1;
  }
  collate(examples: Uint32Array, bucket: number): Batch {
    const rows = Array.from(examples, (example) => this.sequences.get(example));
    const longest = roundUp(
      rows.reduce((most, { length }) => Math.max(most, length + 1), 0),
      bucket,
    );
    return {
      size: rows.length,
      tensors: {
        target_input: padRows(
          rows.map((ids) => [START_ID, ...ids]),
          longest,
        ),
        target_output: padRows(
          rows.map((ids) => [...ids, END_ID]),
          longest,
        ),
      },
      units: rows.reduce((sum, { length }) => sum + length + 1, 0),
    };
  }
  select(examples: Uint32Array): Texts {
    const sequences = new Sequences();
    for (const example of examples) sequences.push(this.sequences.get(example));
    return new Texts(
      sequences,
      Array.from(examples, (example) => this.texts[example]!),
    );
  }
}

/** A language model: each line is a text to learn; a prompt is gone on with. */
export const generate: Task<Texts> = {
  name: "generate",
  unit: "token",
  sources: [],
  writesTokens: true,
  ask: (folder) => `predict ${folder} "the beginning"`,
  fileEnding: () => ".txt",
  check({ decoder }, refuse) {
    const given = {
      ...decoder,
      attention: decoder.attention !== "none",
      context: decoder.context !== "initial",
      bridge: (decoder.bridge ?? "zero") !== "zero",
    };
    for (const key of ["coverage", "inputFeeding", "copy", "sharedEmbedding", "attention", "context", "bridge"] as const)
      if (given[key]) refuse("decoder", key, `decoder.${key} has no effect with the task generate, which reads no source: leave it out`);
  },
  async load(config) {
    const { data, target } = config;
    if (data.train === undefined) throw new UserError("data.train: no training texts: name a file in the configuration or with --data");
    const column = new TextColumn(target);
    const texts: string[] = [];
    const hash = createHash("sha256");
    let [read, longTargets] = [0, 0];
    for await (const text of textsOf(data.train, config)) {
      read += 1;
      hash.update(`${text}\n`);
      if (column.push(text)) texts.push(text);
      else longTargets += 1;
    }
    const filterOf = (dropped: number): FilterCounts => ({ read, longSources: 0, longTargets: longTargets + dropped });
    const requireTexts = (count: number, filter: FilterCounts): void => {
      if (count === 0) throw new UserError(`${data.train}: no text is left: ${describeFilter(filter)}; raise target.maxLength`);
    };
    requireTexts(texts.length, filterOf(0));
    const whole = holdOut(config, { file: data.train, noun: "text", count: texts.length, sourceOf: (example) => texts[example]! });
    const tokenizer = column.finish(whole.train);
    const { split, dropped } = column.keepShort(whole);
    const filter = filterOf(dropped);
    requireTexts(split.train.length, filter);
    const all = new Texts(column.sequences, texts);
    const train = all.select(split.train);
    const valid =
      data.valid === undefined ? all.select(split.valid) : await readTexts(data.valid, { data: { ...data, limit: undefined } }, tokenizer);
    if (data.valid !== undefined) for (const text of valid.texts) hash.update(`${text}\n`);
    const longest = Math.max(...[train, valid].flatMap((side) => Array.from({ length: side.count }, (_, i) => side.units(i))));
    const { manifest, files } = textSides({
      target: { tokenizer, maxLength: lengthLimit(longest) },
    });
    return {
      train,
      valid,
      model: { input: { kind: "none" }, encoder: null, output: tokensOutput(config, tokenizer.size, null) },
      manifest: { task: "generate", ...manifest },
      files,
      filter,
      digest: hash.digest("hex"),
    };
  },
  read: (file, config, bundle) => readTexts(file, config, given(bundle.target, "target tokens")),
  figures(sums, { texts }) {
    const { loss_sum: nats = Number.NaN, units = 0 } = sums;
    const { bitsPerCharacter, bitsPerByte } = languageFigures(nats, units, texts);
    return { ...tokenFigures(sums), bitsPerCharacter, bitsPerByte };
  },
  /** What the model says by itself is neither right nor wrong. */
  measure: async () => ({}),
};

async function* textsOf(file: string, { data }: Pick<Config, "data">): AsyncGenerator<string, void, undefined> {
  for await (const row of readRows(file, data.limit)) yield columnOf(row, data.sourceColumn, "text", "data.sourceColumn");
}

async function readTexts(file: string, config: Pick<Config, "data">, tokenizer: Tokenizer): Promise<Texts> {
  const sequences = new Sequences();
  const texts: string[] = [];
  for await (const text of textsOf(file, config)) {
    sequences.push(tokenizer.encode(text));
    texts.push(text);
  }
  return new Texts(sequences, texts);
}
