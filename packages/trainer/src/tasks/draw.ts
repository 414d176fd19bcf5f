import { createHash } from "node:crypto";
import { UserError } from "@s2s/runtime";
import { PEN_ENDS, POINT, readDrawings, scaleOfStrokes } from "../data/drawings.ts";
import type { Strokes } from "../data/drawings.ts";
import { describeFilter } from "../data/encode.ts";
import { roundUp } from "../data/examples.ts";
import type { Examples } from "../data/examples.ts";
import { holdOut } from "../data/hold-out.ts";
import { columnTensor } from "../data/pad.ts";
import { bundleTexts, learnTexts } from "../data/sources/text.ts";
import type { SourceReader, Sources } from "../data/sources/source.ts";
import type { Batch, BatchTensor, EvaluationSums } from "../executor.ts";
import { unequalWidths } from "../config/decoder.ts";
import { lengthLimit } from "./lengths.ts";
import { refuseLabelSmoothing } from "./label-smoothing.ts";
import type { Task, TaskFigures } from "./task.ts";
import { textSides } from "./text-sides.ts";

/** Drawings, and the texts that they show where they come with such. */
class Drawings implements Examples {
  readonly #texts: Sources | null;
  readonly #strokes: readonly Strokes[];
  readonly #scale: number;
  readonly #places: Uint32Array;

  constructor(texts: Sources | null, strokes: readonly Strokes[], scale: number, places = Uint32Array.from(strokes.keys())) {
    this.#texts = texts;
    this.#strokes = strokes;
    this.#scale = scale;
    this.#places = places;
  }

  get count(): number {
    return this.#places.length;
  }
  lengths(example: number): readonly [number, number] {
    return [this.units(example), this.#texts?.lengthOf(this.#places[example]!) ?? 0];
  }
  units(example: number): number {
    return this.#strokes[this.#places[example]!]!.length / POINT;
  }
  collate(examples: Uint32Array, bucket: number): Batch {
    const places = examples.map((example) => this.#places[example]!);
    const lengths = Array.from(examples, (example) => this.units(example));
    const longest = roundUp(Math.max(...lengths), bucket);
    const [size, width] = [examples.length, longest * POINT];
    const [input, output] = [new Float32Array(size * width), new Float32Array(size * width)];
    for (const [row, place] of places.entries()) {
      const scaled = this.#strokes[place]!.map((value, i) => (i % POINT === POINT - 1 ? value : value / this.#scale));
      output.set(scaled, row * width);
      // A drawing's last point says that it ends, not what the pen does.
      output[row * width + scaled.length - 1] = PEN_ENDS;
      // The pen begins lifted and where it is.
      input[row * width + POINT - 1] = 1;
      input.set(scaled.subarray(0, -POINT), row * width + POINT);
    }
    const points = (data: Float32Array): BatchTensor => ({ type: "float32", shape: [size, longest, POINT], data });
    return {
      size,
      tensors: {
        ...this.#texts?.tensors(places, bucket),
        target_input: points(input),
        target_output: points(output),
        target_lengths: columnTensor(lengths),
      },
      units: lengths.reduce((a, b) => a + b, 0),
    };
  }
  select(examples: Uint32Array): Drawings {
    return new Drawings(
      this.#texts,
      this.#strokes,
      this.#scale,
      examples.map((example) => this.#places[example]!),
    );
  }
}

interface Reading {
  readonly strokes: Strokes[];
  /** The text that each of them shows; "" without one. */
  readonly shown: string[];
  readonly filter: { read: number; longSources: number; longTargets: number };
  readonly digest: string;
}

interface Bounds {
  /** Most drawings. */
  readonly limit?: number | undefined;
  /** Most movements of one; longer ones are left out. */
  readonly longest?: number | undefined;
}

async function readFile(file: string, texts: SourceReader | null, { limit, longest = Number.POSITIVE_INFINITY }: Bounds): Promise<Reading> {
  const strokes: Strokes[] = [];
  const shown: string[] = [];
  const filter = { read: 0, longSources: 0, longTargets: 0 };
  const hash = createHash("sha256");
  for await (const drawing of readDrawings(file, limit)) {
    filter.read += 1;
    hash.update(drawing.text).update(drawing.strokes);
    if ((texts === null) !== (drawing.text === "")) {
      const [found, others] = texts === null ? ["a", "none"] : ["no", "one"];
      throw new UserError(
        `${drawing.where}: has ${found} "text", but the drawings that are learned from have ${others}: give all one, or none`,
      );
    }
    if (drawing.strokes.length / POINT > longest) filter.longTargets += 1;
    else if (texts !== null && !(await texts.push(drawing.text, drawing.where))) filter.longSources += 1;
    else {
      strokes.push(drawing.strokes);
      shown.push(drawing.text);
    }
  }
  if (strokes.length === 0) throw new UserError(`${file}: no drawing is left: ${describeFilter(filter)}; raise target.maxLength`);
  return { strokes, shown, filter, digest: hash.digest("hex") };
}

/** Whether the drawings of a file come with texts: the first one tells. */
async function hasTexts(file: string): Promise<boolean> {
  for await (const { text } of readDrawings(file, 1)) return text !== "";
  return false;
}

/** A text to movements of a pen, or drawings out of nothing: a mixture density (Graves 2013; Ha & Eck 2018). */
export const draw: Task<Drawings> = {
  name: "draw",
  unit: "point",
  sources: ["text"],
  writesTokens: false,
  ask: (folder, input) => `predict ${folder} ${input === "none" ? "" : '"word" '}--out drawing.svg`,
  fileEnding: () => ".jsonl",
  check(config, refuse) {
    refuseLabelSmoothing(config, refuse);
    const { encoder, decoder } = config;
    const unequal = unequalWidths(decoder, "encoder", encoder.hidden * (encoder.bidirectional ? 2 : 1));
    if (unequal !== undefined) refuse("decoder", "attention", unequal);
  },
  async load(config) {
    const { data, decoder } = config;
    const file = data.train;
    if (file === undefined)
      throw new UserError("data.train: no training drawings: name a file of JSON lines in the configuration or with --data");
    const reader = (await hasTexts(file)) ? learnTexts(config) : null;
    if (reader === null && config.decoder.attention !== "none")
      throw new UserError(
        `${file}: its drawings have no texts, at which decoder.attention could look: leave it out, or give each a "text"`,
      );
    const { strokes, shown, filter, digest } = await readFile(file, reader, { limit: data.limit, longest: config.target.maxLength });
    const split = holdOut(config, { file, noun: "drawing", count: strokes.length, sourceOf: (drawing) => shown[drawing]! });
    const texts = reader?.finish(split.train) ?? null;
    const scale = scaleOfStrokes(Array.from(split.train, (i) => strokes[i]!));
    const all = new Drawings(texts?.sources ?? null, strokes, scale);
    const held = data.valid === undefined ? null : await readHeldOut(data.valid, texts?.again(data.valid) ?? null, scale);
    const longest = strokes.reduce((most, { length }) => Math.max(most, length / POINT), 1);
    const { manifest, files } = textSides(texts?.side ? { source: texts.side } : {});
    const { cell, hidden, layers, attention } = decoder;
    return {
      train: all.select(split.train),
      valid: held?.drawings ?? all.select(split.valid),
      model: {
        input: texts?.input ?? { kind: "none" },
        encoder: texts?.encoder ?? null,
        output: { kind: "strokes", mixtures: config.draw.mixtures, cell, hidden, layers, attention: texts ? attention : "none" },
      },
      manifest: { task: "draw", ...manifest, strokeScale: scale, maxTargetLength: lengthLimit(longest) },
      files,
      filter,
      digest: digest + (held?.digest ?? ""),
    };
  },
  async read(file, config, bundle) {
    const texts = bundle.source ? bundleTexts(bundle) : null;
    return (await readHeldOut(file, texts, bundle.manifest.strokeScale ?? 1, config.data.limit)).drawings;
  },
  /** The negative log-likelihood of a movement, in nats of the scaled coordinates. */
  figures: ({ loss_sum: loss = Number.NaN, units = 0 }: EvaluationSums): TaskFigures => ({ loss: loss / units }),
  /** A drawing is neither right nor wrong. */
  measure: async () => ({}),
};

async function readHeldOut(file: string, texts: SourceReader | null, scale: number, limit?: number) {
  const { strokes, digest } = await readFile(file, texts, { limit });
  return { drawings: new Drawings(texts?.finish(new Uint32Array(0)).sources ?? null, strokes, scale), digest };
}
