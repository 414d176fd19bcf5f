import type { Bundle } from "@s2s/runtime";
import type { InputConfig, OutputConfig, TaskName } from "@s2s/runtime/manifest";
import { count, plural } from "../report/format.ts";

/** Labels that are named; the others are counted. */
const NAMED = 5;

type Of<Config extends { kind: string }, K extends Config["kind"]> = Pick<Extract<Config, { kind: K }>, "kind">;
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}
interface Tokens {
  readonly unit: string;
  readonly vocabulary: number;
  /** Most tokens, the end not counted. */
  readonly most: number;
}

/** What goes in, in its own units. */
export type Reads =
  | (Of<InputConfig, "tokens"> & Tokens)
  | (Of<InputConfig, "vectors"> & { readonly most: number; readonly numbers: number })
  | (Of<InputConfig, "vector"> & { readonly numbers: number })
  | (Of<InputConfig, "image"> & Pixels)
  | (Of<InputConfig, "frames"> & Pixels & { readonly most: number })
  | Of<InputConfig, "none">;

/** What comes out, in its own units; of labels their count and the first of them. */
export type Writes =
  | (Of<OutputConfig, "tokens"> & Tokens & { readonly reversed?: true })
  | (Of<OutputConfig, "label" | "labels"> & { readonly count: number; readonly first: readonly string[] })
  | (Of<OutputConfig, "numbers"> & { readonly steps: number; readonly numbers: number })
  | (Of<OutputConfig, "strokes"> & { readonly most: number });

/** What a model is for, what it reads and what it writes. */
export interface Sides {
  readonly task: TaskName;
  readonly reads: Reads;
  readonly writes: Writes;
  /** Of a model of a series: its columns, and the steps that are looked back upon and forecast. */
  readonly series?: {
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly window: number;
    readonly horizon: number;
  };
}

export function sidesOf(bundle: Pick<Bundle, "manifest" | "labels">): Sides {
  const { task, series, model } = bundle.manifest;
  const writes = writesOf(bundle);
  return {
    task,
    reads: readsOf(bundle),
    writes,
    ...(series &&
      model.output.kind === "numbers" && {
        series: {
          inputs: series.inputs.map(({ name }) => name),
          outputs: series.outputs,
          window: series.window,
          horizon: model.output.steps,
        },
      }),
  };
}

function readsOf({ manifest: { model, source, maxSourceLength } }: Pick<Bundle, "manifest">): Reads {
  const { input } = model;
  switch (input.kind) {
    case "tokens":
      // The manifest's length counts </s>, too.
      return { kind: "tokens", unit: source?.tokens ?? "token", vocabulary: input.vocabulary, most: maxSourceLength - 1 };
    case "vectors":
      return { kind: "vectors", most: maxSourceLength, numbers: input.width };
    case "vector":
      return { kind: "vector", numbers: input.width };
    case "image":
      return { kind: "image", ...pixelsOf(input) };
    case "frames":
      return { kind: "frames", most: maxSourceLength, ...pixelsOf(input) };
    case "none":
      return { kind: "none" };
  }
}

function writesOf({ manifest: { model, target, maxTargetLength }, labels = [] }: Pick<Bundle, "manifest" | "labels">): Writes {
  const { output } = model;
  switch (output.kind) {
    case "tokens":
      return {
        kind: "tokens",
        unit: target?.tokens ?? "token",
        vocabulary: output.vocabulary,
        most: maxTargetLength - 1,
        ...(target?.reversed && { reversed: true }),
      };
    case "label":
    case "labels":
      return { kind: output.kind, count: output.classes, first: labels.slice(0, NAMED) };
    case "numbers":
      return { kind: "numbers", steps: output.steps, numbers: output.width };
    case "strokes":
      return { kind: "strokes", most: maxTargetLength };
  }
}

const pixelsOf = ({ width, height, channels }: Pixels): Pixels => ({ width, height, channels });

/** The same as a person reads it, a line each. */
export function sideLines({ task, reads, writes, series }: Sides): string[] {
  return [
    `task ${task}`,
    `reads ${series && reads.kind === "vectors" ? stepText(series.window, reads.numbers) : readText(reads)}`,
    `writes ${writeText(writes)}`,
    ...(series
      ? [
          `looks back upon ${series.inputs.join(", ")} of ${plural(series.window, "step")}, forecasts ${series.outputs.join(", ")} of ${count(series.horizon)}`,
        ]
      : []),
  ];
}

function readText(reads: Reads): string {
  switch (reads.kind) {
    case "tokens":
      return tokenText(reads);
    case "vectors":
      return `at most ${stepText(reads.most, reads.numbers)}`;
    case "vector":
      return plural(reads.numbers, "number");
    case "image":
      return `an image of ${pixelText(reads)}`;
    case "frames":
      return `a film of at most ${plural(reads.most, "frame")} of ${pixelText(reads)}`;
    case "none":
      return "nothing";
  }
}

function writeText(writes: Writes): string {
  switch (writes.kind) {
    case "tokens":
      return tokenText(writes) + (writes.reversed ? ", the last one first" : "");
    case "label":
    case "labels":
      return `${writes.kind === "label" ? "one" : "a label for each that it reads, one"} of ${labelText(writes)}`;
    case "numbers":
      return stepText(writes.steps, writes.numbers);
    case "strokes":
      return `at most ${plural(writes.most, "point")}`;
  }
}

const stepText = (steps: number, numbers: number): string => `${plural(steps, "step")} of ${plural(numbers, "number")}`;

const pixelText = ({ width, height, channels }: Pixels): string => `${width}x${height}x${channels} (width x height x channels)`;

const tokenText = ({ most, unit, vocabulary }: Tokens): string =>
  `at most ${plural(most, "token")}${unit === "token" ? "" : ` (${unit})`}, of ${count(vocabulary)} that it knows`;

function labelText({ count: all, first }: { readonly count: number; readonly first: readonly string[] }): string {
  const names = `${first.join(", ")}${all > first.length ? ", ..." : ""}`;
  return `${plural(all, "label")}${first.length > 0 ? `: ${names}` : ""}`;
}
