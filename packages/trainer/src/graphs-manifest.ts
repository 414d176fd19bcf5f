import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import {
  FileInfoSchema,
  FORMAT_VERSION,
  GraphInfoSchema,
  MANIFEST_FILE,
  ModelSchema,
  StateInfoSchema,
  TensorInfoSchema,
} from "@s2s/runtime/manifest";
import * as v from "valibot";

/** `s2s.json` in a folder of `build-graph`: what each graph takes and gives, for those who train with them outside of s2s. */
export const GraphsManifestSchema = v.strictObject({
  formatVersion: v.literal(FORMAT_VERSION),
  /** Tells the folder from a bundle, which has vocabularies and can answer. */
  kind: v.literal("graphs"),
  createdBy: v.string(),
  model: ModelSchema,
  training: v.strictObject({
    optimizer: v.string(),
    /** The update takes and gives back `<slot>/<parameter>`, zero at the start. */
    slots: v.array(v.string()),
    clipNorm: v.number(),
    dropout: v.number(),
    labelSmoothing: v.number(),
    seed: v.number(),
  }),
  graphs: v.strictObject({
    train: GraphInfoSchema,
    gradients: GraphInfoSchema,
    update: GraphInfoSchema,
    evaluate: GraphInfoSchema,
    encoder: v.optional(GraphInfoSchema),
    decoder: v.optional(GraphInfoSchema),
    generate: v.optional(GraphInfoSchema),
    predict: v.optional(GraphInfoSchema),
  }),
  /** Recurrent states of the decoder, in the order of its inputs. */
  states: v.array(StateInfoSchema),
  /** What the decoder looks at and never changes. */
  memory: v.array(v.string()),
  /** Initial weights, drawn from the seed: the first step starts from them, and the inference graphs point into this file. */
  weights: v.string(),
  parameters: v.array(TensorInfoSchema),
  files: v.array(FileInfoSchema),
});

export type GraphsManifest = v.InferOutput<typeof GraphsManifestSchema>;
export type GraphName = keyof GraphsManifest["graphs"];

/**
 * The manifest of a folder that `build-graph` wrote; undefined where the folder is no such one.
 * @throws UserError where it is one, but its manifest is damaged
 */
export async function readGraphsManifest(folder: string): Promise<GraphsManifest | undefined> {
  const path = join(folder, MANIFEST_FILE);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("kind" in value) || value.kind !== "graphs") return undefined;
  const result = v.safeParse(GraphsManifestSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new UserError(`${path}: damaged (${v.getDotPath(issue)}: ${issue.message}); build the graphs again`);
}
