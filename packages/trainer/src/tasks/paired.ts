import { createHash } from "node:crypto";
import { UserError } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import type { Config } from "../config.ts";
import { describeFilter } from "../data/encode.ts";
import type { FilterCounts } from "../data/encode.ts";
import { holdOut } from "../data/hold-out.ts";
import { PairedExamples } from "../data/paired-examples.ts";
import { readRawExamples } from "../data/raw-examples.ts";
import type { RawExample } from "../data/raw-examples.ts";
import { columnOf, readRows } from "../data/rows.ts";
import { bundleSources, kindOf, sourceReader } from "../data/sources/index.ts";
import type { SourceKind } from "../data/sources/index.ts";
import type { SourceReader } from "../data/sources/source.ts";
import { keepShort } from "../data/split.ts";
import type { SourceSteps, TargetReader } from "../data/targets/target.ts";
import type { TaskData, TaskManifest } from "./task.ts";
import { textSides } from "./text-sides.ts";

/** How the targets of a task are read. */
export interface TargetForm {
  readonly task: TaskManifest["task"];
  /** What a source is where the configuration does not say. */
  readonly kind: SourceKind;
  /** Targets that are learned from the training file. */
  learn(config: Config, file: string): TargetReader;
  /** Targets in the terms of a bundle. */
  of(bundle: Bundle): TargetReader;
  /** The examples of a source that stands in a file without a target (default: sources stand beside their targets). */
  expand?(
    source: string,
    cutter: NonNullable<SourceReader["cutter"]>,
    config: Pick<Config, "forecast">,
  ): Pick<RawExample, "source" | "target">[];
}

interface Reading {
  readonly sources: SourceReader;
  readonly targets: TargetReader;
  readonly filter: { read: number; longSources: number; longTargets: number };
  /** Of each example what it shares with those that stay on its side when some are held out: its source with "source", else its line. */
  readonly groups: string[];
  readonly digest: string;
}

interface Readers extends Pick<TargetForm, "expand"> {
  readonly sources: SourceReader;
  readonly targets: TargetReader;
}

async function* rawExamples(
  file: string,
  kind: SourceKind,
  config: Pick<Config, "data" | "forecast">,
  { sources, expand }: Readers,
): AsyncGenerator<RawExample, void, undefined> {
  if (!expand) return yield* readRawExamples(file, kind, config.data);
  if (!sources.cutter) throw new UserError(`${file}: sources must be texts for this task, not ${kind}; set source.kind to text`);
  for await (const row of readRows(file, config.data.limit)) {
    const source = columnOf(row, config.data.sourceColumn, "sequence", "data.sourceColumn");
    for (const example of expand(source, sources.cutter, config)) yield { ...example, where: row.where, whole: source };
  }
}

async function readFile(file: string, kind: SourceKind, config: Pick<Config, "data" | "forecast">, readers: Readers): Promise<Reading> {
  const { sources, targets } = readers;
  const filter = { read: 0, longSources: 0, longTargets: 0 };
  const groups: string[] = [];
  const hash = createHash("sha256");
  for await (const { source, target, where, whole } of rawExamples(file, kind, config, readers)) {
    filter.read += 1;
    const written = typeof source === "string" ? source : JSON.stringify(source);
    hash.update(`${written}\t${target}\n`);
    if (!targets.accepts(target, stepsOf(source, kind, sources), where)) filter.longTargets += 1;
    else if (!(await sources.push(source, where))) filter.longSources += 1;
    else {
      targets.push(target, where);
      groups.push(config.data.validSplit === "source" ? (whole ?? written) : where);
    }
  }
  refuseNone(file, groups.length, filter);
  return { sources, targets, filter, groups, digest: hash.digest("hex") };
}

function stepsOf(source: unknown, kind: SourceKind, { cutter }: SourceReader): SourceSteps | undefined {
  if (typeof source === "string") return cutter && { count: cutter.tokenize(source).length, noun: "token" };
  const hasSteps = (kind === "vectors" || kind === "frames") && Array.isArray(source) && source.length > 0;
  return hasSteps ? { count: source.length, noun: "step" } : undefined;
}

/** @throws UserError where no example is left */
function refuseNone(file: string, count: number, filter: FilterCounts): void {
  if (count > 0) return;
  throw new UserError(
    `${file}: no example is left: ${describeFilter(filter) ?? "no line holds one"}; raise source.maxLength or target.maxLength`,
  );
}

/** Reads what a configuration names: sources of any kind beside the targets of a task. */
export async function loadPaired(form: TargetForm, config: Config): Promise<TaskData<PairedExamples>> {
  const { data, source } = config;
  const kind = source.kind ?? form.kind;
  const file = data.train;
  if (file === undefined) throw new UserError("data.train: no training examples: name a file in the configuration or with --data");
  const reading = await readFile(file, kind, config, {
    sources: sourceReader(kind, config, file),
    targets: form.learn(config, file),
    expand: form.expand,
  });
  const { groups } = reading;
  const count = groups.length;
  // What comes of one line stays on one side.
  const how = new Set(groups).size < count && data.validSplit === "random" ? "source" : data.validSplit;
  const whole = holdOut(config, { file, noun: "example", count, how, sourceOf: (example) => groups[example]! });
  const sources = reading.sources.finish(whole.train);
  const targets = reading.targets.finish(whole.train);
  const fits = (example: number): boolean => (sources.fits?.(example) ?? true) && (targets.fits?.(example) ?? true);
  const { split, dropped } = keepShort(whole, fits);
  const filter = { ...reading.filter, longSources: reading.filter.longSources + dropped };
  refuseNone(file, split.train.length, filter);
  const all = new PairedExamples(sources.sources, targets.targets);
  const model = { input: sources.input, encoder: sources.encoder, output: targets.output(sources) };
  const { manifest, files } = textSides({ ...(sources.side && { source: sources.side }), ...(targets.side && { target: targets.side }) });
  const held =
    data.valid === undefined
      ? { examples: all.select(split.valid), digest: "" }
      : await readHeldOut(
          data.valid,
          kind,
          { ...config, data: { ...data, limit: undefined } },
          { sources: sources.again(data.valid), targets: targets.again(), expand: form.expand },
        );
  return {
    train: all.select(split.train),
    valid: held.examples,
    model,
    manifest: { task: form.task, ...manifest, maxSourceLength: sources.maxLength, ...(targets.labels && { labels: targets.labels }) },
    files: { ...files, ...targets.files },
    filter,
    digest: reading.digest + held.digest,
  };
}

async function readHeldOut(file: string, kind: SourceKind, config: Config, readers: Readers) {
  const reading = await readFile(file, kind, config, readers);
  return { examples: finished(reading), digest: reading.digest };
}

/** Reads a file as a bundle understands it. */
export async function readPaired(
  form: TargetForm,
  file: string,
  config: Pick<Config, "data" | "forecast">,
  bundle: Bundle,
): Promise<PairedExamples> {
  const sources = bundleSources(bundle, config.data, file);
  const kind = kindOf(bundle.manifest.model.input);
  return finished(await readFile(file, kind, config, { sources, targets: form.of(bundle), expand: form.expand }));
}

function finished({ sources, targets }: Reading): PairedExamples {
  const none = new Uint32Array(0);
  return new PairedExamples(sources.finish(none).sources, targets.finish(none).targets);
}
