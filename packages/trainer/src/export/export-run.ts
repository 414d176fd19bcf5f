import { isAbsolute, relative, resolve, sep } from "node:path";
import { namesOf, readBundle, resolveBundle, UserError } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import type { FileInfo, Manifest } from "@s2s/runtime/manifest";
import { buildInferenceGraphs } from "../build-inference.ts";
import type { Examples } from "../data/examples.ts";
import type { State } from "../executor.ts";
import { modelsOf, writeBundle } from "../export.ts";
import type { BundleParts } from "../export.ts";
import type { Config } from "../config.ts";
import { holdsRun, readRunConfig } from "../run-folder.ts";
import { resolveConfig } from "../load-config.ts";
import { taskOf } from "../tasks/index.ts";
import type { TaskManifest } from "../tasks/task.ts";
import { addTrainable } from "../trainable.ts";
import { joinMembers } from "./members.ts";
import { measureVariants } from "./measure.ts";
import { checkExportOptions, EXPORT_DEFAULTS, isRounded } from "./options.ts";
import type { ExportOptions } from "./options.ts";
import { nextOf, oldOf, publishBundle, refuseForeignFolder } from "./publish.ts";
import { exportReport, refuseLoss } from "./report.ts";
import type { ExportReport, Figures } from "./report.ts";
import { packSingleFile, requireWholeAnswers } from "./single-file.ts";
import { staged } from "./staging.ts";
import { storeWeights } from "./store-weights.ts";
import { runValidation } from "./validation-data.ts";
import { keepVariants } from "./variants.ts";

export interface ExportResult {
  readonly manifest: Manifest;
  readonly report: ExportReport;
}

/**
 * Exports the best model of a run, or the model of a bundle, with others as one, in other precisions or another form. Rounded variants are measured against float32
 * first, and what was there before stays until the new bundle is whole.
 * @throws UserError where the options contradict each other, the model or the pairs cannot be read, the folder holds something else, or a
 * variant loses more accuracy than it may
 */
export async function exportRun(path: string, options: ExportOptions): Promise<ExportResult> {
  checkExportOptions(options);
  const {
    precisions = ["float32"],
    singleFile = false,
    ensemble = [],
    limit = EXPORT_DEFAULTS.limit,
    onProgress = () => {},
    signal,
  } = options;
  const from = await resolveBundle(path);
  const out = resolve(options.out);
  refuseOwnFolder(path, from, out);
  await refuseForeignFolder(out);
  const config = options.trainable ? await configToTrainBy(path) : undefined;
  const bundle = await readBundle(from);
  if (singleFile) requireWholeAnswers(bundle.manifest.task, bundle.manifest.model);
  const { members, weights } = await joinMembers(from, bundle, ensemble);
  const rounded = precisions.filter(isRounded);
  const examples = rounded.length > 0 ? await examplesToMeasure(path, bundle, options) : null;

  const wanted = examples === null || precisions.includes("float32") ? precisions : [...precisions, "float32" as const];
  const models = modelsOf({ ...bundle.manifest, members });
  const variants = wanted.map((precision) => ({ precision, weights: () => storeWeights(models, weights, precision) }));
  return staged(out, async (next) => {
    signal?.throwIfAborted();
    const written = await writeBundle(next, { ...(await partsOf(bundle, members, weights)), variants }, buildInferenceGraphs);
    const count = examples === null ? undefined : Math.min(limit, examples.count);
    let figures: Figures = new Map();
    if (examples !== null) {
      onProgress(`measuring ${wanted.join(", ")} on ${count} of ${examples.count} examples`);
      figures = await measureVariants(next, examples, { limit, signal });
      for (const precision of rounded) refuseLoss(precision, figures, options.maxAccuracyDrop);
    }
    const single = singleFile ? precisions[0] : undefined;
    const kept = single ? await packSingleFile(next, written, weights, single) : await keepVariants(next, written, precisions);
    const manifest = config ? await addTrainable(next, kept, config) : kept;
    const report = await exportReport(next, written, figures, { pairs: count, single });
    signal?.throwIfAborted();
    await publishBundle(next, out);
    return { manifest, report };
  });
}

/** An export in place would replace the only weights that more exports can be made from; so would one that is staged, or puts the older one, there. */
export function refuseOwnFolder(path: string, from: string, out: string): void {
  for (const folder of [path, from]) {
    for (const used of [out, nextOf(out), oldOf(out)]) {
      const [first, ...rest] = relative(used, resolve(folder)).split(sep);
      if (first !== ".." && !isAbsolute([first, ...rest].join(sep)))
        throw new UserError(`${used}: is where the model itself is (${folder}), and would be replaced; export to another folder`);
    }
  }
}

/** How the run trained. @throws UserError where there is no run */
async function configToTrainBy(path: string): Promise<Config> {
  if (await holdsRun(path)) return readRunConfig(path);
  throw new UserError(`${path}: is a bundle, which does not know how it was trained; export the run that it is from with --trainable`);
}

/** @throws UserError where the examples are not known, gone or changed */
async function examplesToMeasure(path: string, bundle: Bundle, { data, columns }: ExportOptions): Promise<Examples> {
  const isRun = await holdsRun(path);
  if (data === undefined) {
    if (!isRun)
      throw new UserError(`${path}: is a bundle, which knows no pairs to be measured on; give some with --data FILE, or export its run`);
    return runValidation(path, bundle);
  }
  const usual = isRun ? await readRunConfig(path) : resolveConfig({}, "the defaults");
  return taskOf(bundle.manifest.task).read(data, { ...usual, data: { ...usual.data, ...columns, limit: undefined } }, bundle);
}

async function partsOf(bundle: Bundle, members: BundleParts["members"], weights: State): Promise<BundleParts> {
  const { manifest } = bundle;
  const { createdBy: _, ...training } = manifest.training;
  const joined = members !== undefined && manifest.members === undefined;
  return {
    model: manifest.model,
    members,
    weights,
    manifest: taskManifest(manifest),
    files: Object.fromEntries(await Promise.all(namesOf(manifest).map(async (name) => [name, await textOf(bundle, name)]))),
    // What the first alone was worth, and how it was trained, is nothing that an ensemble could say of itself.
    training: joined ? {} : training,
  };
}

/** What the manifest says because of the task. */
function taskManifest({ task, source, target, labels, series, strokeScale, maxSourceLength, maxTargetLength }: Manifest): TaskManifest {
  return {
    task,
    ...(source && { source }),
    ...(target && { target }),
    ...(labels && { labels }),
    ...(series && { series }),
    ...(strokeScale !== undefined && { strokeScale }),
    maxSourceLength,
    maxTargetLength,
  };
}

async function textOf({ manifest, files }: Bundle, name: string): Promise<string> {
  return new TextDecoder().decode(await files.read(manifest.files.find((file) => file.name === name) as FileInfo));
}
