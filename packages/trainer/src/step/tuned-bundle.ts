import { type BundleFiles, namesOf, sha256 } from "@s2s/runtime/parts";
import { MANIFEST_FILE, type FileInfo, type Manifest } from "@s2s/runtime/manifest";

/** A bundle in memory, by file name: what `load` takes. */
export type BundleRecord = Record<string, Uint8Array<ArrayBuffer>>;

export interface TunedParts {
  readonly manifest: Manifest;
  readonly files: BundleFiles;
  /** The safetensors file with the weights as they are now. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** Steps taken since the bundle was opened. */
  readonly steps: number;
}

/**
 * The bundle with other weights: the float32 variant alone, since the others still have the old ones, and the training graph, so that it can be
 * trained further. Figures of the old weights are left out.
 */
export async function tunedBundle({ manifest, files, weights, steps }: TunedParts): Promise<BundleRecord> {
  const variant = float32(manifest);
  const kept = new Set<string | undefined>([...namesOf(manifest), manifest.trainable?.graph.file]);
  for (const graph of Object.values(variant.graphs)) kept.add(graph?.file);
  const record: BundleRecord = {};
  const listed: FileInfo[] = [];
  for (const info of manifest.files) {
    if (info.name === variant.weights) {
      record[info.name] = weights;
      listed.push({ name: info.name, bytes: weights.length, sha256: await sha256(weights) });
    } else if (kept.has(info.name)) {
      record[info.name] = await files.read(info);
      listed.push(info);
    }
  }
  const { createdBy, seed, epochs, steps: before = 0 } = manifest.training;
  const training = { createdBy, ...(seed !== undefined && { seed }), ...(epochs !== undefined && { epochs }), steps: before + steps };
  const tuned: Manifest = { ...manifest, variants: [variant], files: listed, training };
  record[MANIFEST_FILE] = new TextEncoder().encode(`${JSON.stringify(tuned, null, 2)}\n`);
  return record;
}

/** The variant whose weights are trained. The manifest was checked: what is trainable has one. */
export function float32({ variants }: Manifest): Manifest["variants"][number] & { readonly weights: string } {
  const variant = variants.find(({ precision }) => precision === "float32");
  if (variant?.weights === undefined) throw new Error("a trainable bundle without float32 weights");
  return { ...variant, weights: variant.weights };
}
