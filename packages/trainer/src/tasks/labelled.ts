import { createHash } from "node:crypto";
import { createTokenizer, given, serializeLabels, UserError } from "@s2s/runtime";
import type { Bundle, Tokenizer } from "@s2s/runtime";
import type { TaskName } from "@s2s/runtime/manifest";
import type { Config } from "../config.ts";
import { describeFilter } from "../data/encode.ts";
import type { FilterCounts } from "../data/encode.ts";
import { Labels } from "../data/labels.ts";
import { readRows } from "../data/rows.ts";
import type { Row } from "../data/rows.ts";
import { Sequences } from "../data/sequences.ts";
import { splitPairs } from "../data/split.ts";
import { TextColumn } from "../data/text-column.ts";
import { encoderOf } from "../model-config.ts";
import { answers, labelFigures, mostProbable } from "./classes.ts";
import { LabelledTexts } from "./labelled-texts.ts";
import { lengthLimit } from "./lengths.ts";
import type { Figures, MeasureOptions, Task } from "./task.ts";
import { textSides } from "./text-sides.ts";

const LABELS_FILE = "labels.json";

/** A text and its label, or the labels of its tokens. */
export interface LabelledText {
  readonly text: string;
  readonly labels: readonly string[];
}

/** Right labels and those that a model gave, of each example, and their names. */
export interface Told {
  readonly truth: readonly (readonly number[])[];
  readonly found: readonly (readonly number[])[];
  readonly labels: readonly string[];
}

/** What makes one of the tasks that label texts. */
export interface Labelling {
  readonly name: TaskName;
  readonly unit: string;
  /** Whether each token has a label. */
  readonly perStep: boolean;
  /** The examples of a line. @throws UserError where it is none */
  parse(row: Row, config: Pick<Config, "data" | "forecast">, tokenizer: Tokenizer): LabelledText[];
  /** Of the most probable labels. */
  measure(told: Told): Figures;
  details(told: Told): Readonly<Record<string, unknown>>;
}

/** A task that chooses from a list of labels what is true of a text, or of each of its tokens. */
export function labelled({ name, unit, perStep, parse, measure, details }: Labelling): Task<LabelledTexts> {
  async function* examplesOf(file: string, config: Pick<Config, "data" | "forecast">, tokenizer: Tokenizer, limit?: number) {
    for await (const row of readRows(file, limit)) yield { row, found: parse(row, config, tokenizer) };
  }

  /** A file in the terms of a vocabulary and labels that exist. */
  async function read(file: string, config: Pick<Config, "data" | "forecast">, known: Known): Promise<LabelledTexts> {
    const [sources, labels] = [new Sequences(), new Sequences()];
    for await (const { row, found } of examplesOf(file, config, known.tokenizer)) {
      for (const example of found) {
        sources.push(known.encode(example.text));
        labels.push(example.labels.map((label) => known.labels.idOf(label, row.where)));
      }
    }
    return new LabelledTexts(sources, labels, perStep);
  }

  return {
    name,
    unit,
    async load(config) {
      const { data, source, training } = config;
      if (data.train === undefined)
        throw new UserError("data.train: no training examples: name a file in the configuration or with --data");
      const column = new TextColumn(source);
      const kept: { labels: readonly string[]; line: string }[] = [];
      const filter: { -readonly [K in keyof FilterCounts]: FilterCounts[K] } = { read: 0, longSources: 0, longTargets: 0 };
      const hash = createHash("sha256");
      for await (const { row, found } of examplesOf(data.train, config, column.tokenizer, data.limit)) {
        for (const example of found) {
          filter.read += 1;
          hash.update(`${example.text}\t${example.labels.join(" ")}\n`);
          if (column.push(example.text)) kept.push({ labels: example.labels, line: row.where });
          else filter.longSources += 1;
        }
      }
      if (kept.length === 0)
        throw new UserError(`${data.train}: no example is left: ${describeFilter(filter) ?? "no line holds one"}; raise source.maxLength`);
      const fraction = data.valid === undefined ? data.validFraction : 0;
      if (fraction > 0 && kept.length < 2)
        throw new UserError(`${data.train}: a single example cannot be split: give more, data.valid, or data.validFraction 0`);
      // What comes of one line stays on one side.
      const lines = new Set(kept.map(({ line }) => line)).size < kept.length;
      const how = lines && data.validSplit === "random" ? "source" : data.validSplit;
      const sourceOf = lines
        ? (example: number): string => kept[example]!.line
        : (example: number): string => column.sequences.get(example).join(" ");
      const split = splitPairs(kept.length, { fraction, how, seed: training.seed, sourceOf });
      const vocabulary = column.finish(split.train);
      const labels = new Labels(kept.flatMap((example) => example.labels));
      if (labels.names.length < 2)
        throw new UserError(`${data.train}: every example has the label ${labels.names[0]}: there is nothing to choose`);
      const ids = new Sequences();
      for (const example of kept) ids.push(example.labels.map((label) => labels.idOf(label, data.train!)));
      const all = new LabelledTexts(column.sequences, ids, perStep);
      const train = all.select(split.train);
      const encode = (text: string): number[] => vocabulary.encode(column.tokenizer.tokenize(text));
      const valid =
        data.valid === undefined
          ? all.select(split.valid)
          : await read(data.valid, config, { tokenizer: column.tokenizer, encode, labels });
      const longest = longestOf(train, valid);
      const { manifest, files } = textSides({
        source: { tokens: column.tokenizer.unit, vocabulary, maxLength: lengthLimit(longest) },
      });
      return {
        train,
        valid,
        model: {
          input: { kind: "tokens", vocabulary: vocabulary.size, embedding: config.encoder.embedding },
          encoder: encoderOf(config),
          output: perStep
            ? { kind: "labels", classes: labels.names.length }
            : { kind: "label", classes: labels.names.length, pooling: config.encoder.pooling },
        },
        manifest: { task: name, ...manifest, labels: { file: LABELS_FILE, size: labels.names.length } },
        files: { ...files, [LABELS_FILE]: serializeLabels(labels.names) },
        filter,
        digest: hash.digest("hex") + (data.valid === undefined ? "" : await digestOf(data.valid)),
      };
    },
    read: (file, config, bundle) => read(file, config, knownTo(bundle)),
    figures: labelFigures,
    measure: async (folder, examples, options) => measure(await told(folder, examples, options)),
    details: async (folder, examples, options) => details(await told(folder, examples, options)),
  };
}

async function told(folder: string, examples: LabelledTexts, options?: MeasureOptions): Promise<Told> {
  const [truth, found]: [number[][], number[][]] = [[], []];
  let labels: readonly string[] = [];
  for await (const { batch, data, shape, bundle } of answers(folder, examples, options)) {
    labels = given(bundle.labels, "labels");
    const best = mostProbable(data, labels.length);
    const perRow = best.length / shape[0]!;
    for (const [row, example] of batch.examples.entries()) {
      truth.push(Array.from(examples.labels.get(example)));
      found.push(best.slice(row * perRow, row * perRow + examples.labels.lengthOf(example)));
    }
  }
  return { truth, found, labels };
}

/** How a model reads texts and labels. */
interface Known {
  readonly tokenizer: Tokenizer;
  encode(text: string): number[];
  readonly labels: Labels;
}

function knownTo({ manifest, source, labels }: Bundle): Known {
  const vocabulary = given(source, "source tokens");
  const tokenizer = createTokenizer(given(manifest.source, "source tokens").tokens);
  return { tokenizer, encode: (text) => vocabulary.encode(tokenizer.tokenize(text)), labels: new Labels(given(labels, "labels")) };
}

function longestOf(...groups: readonly LabelledTexts[]): number {
  let longest = 0;
  for (const { sources, count } of groups) for (let i = 0; i < count; i++) longest = Math.max(longest, sources.lengthOf(i) + 1);
  return longest;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const { columns } of readRows(file)) hash.update(`${columns.join("\t")}\n`);
  return hash.digest("hex");
}
