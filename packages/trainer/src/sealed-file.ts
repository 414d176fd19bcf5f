import * as v from "valibot";
import type { State, StateTensor } from "./executor.ts";
import { bytesOf, sha256, textChunk } from "./files.ts";
import { DamagedFileError } from "./safetensors-header.ts";
import { encodeSafetensors, SafetensorsFile } from "./safetensors.ts";

/** `__metadata__` of a sealed file. The tensors' checksum is over the data section; the header's is over the record, the layout and that checksum. */
const SealSchema = v.strictObject({
  format: v.literal("s2s-state-1"),
  record: v.string(),
  dataSha256: v.string(),
  headerSha256: v.string(),
});

/** Float32 tensors and a JSON record as the chunks of one safetensors file, with checksums over all of it. */
export async function seal(tensors: State, record: unknown): Promise<readonly Uint8Array[]> {
  const text = JSON.stringify(record);
  const { chunks, header } = encodeSafetensors(tensors);
  const dataSha256 = await sha256(chunks.slice(1));
  const headerSha256 = await sealOf(text, header.tensors, dataSha256);
  const metadata = { format: "s2s-state-1", record: text, dataSha256, headerSha256 } satisfies v.InferOutput<typeof SealSchema>;
  return encodeSafetensors(tensors, metadata).chunks;
}

/** Reads a sealed file back. @throws UserError where it is missing, and DamagedFileError where a byte of it is not what was written. */
export async function readSealed<S extends v.GenericSchema>(
  path: string,
  schema: S,
): Promise<{ tensors: State; record: v.InferOutput<S> }> {
  const file = await SafetensorsFile.open(path);
  try {
    const seal = v.safeParse(SealSchema, file.header.metadata);
    if (!seal.success) throw new DamagedFileError(path, "it is not a checkpoint of this version of s2s");
    const { record, dataSha256, headerSha256 } = seal.output;
    if (headerSha256 !== (await sealOf(record, file.header.tensors, dataSha256)))
      throw new DamagedFileError(path, "the checksum of its header differs");
    const tensors = await readTensors(path, file);
    if (dataSha256 !== (await sha256([...tensors.values()].map(({ data }) => bytesOf(data)))))
      throw new DamagedFileError(path, "the checksum of its data differs");
    const parsed = v.safeParse(schema, JSON.parse(record));
    if (!parsed.success) throw new DamagedFileError(path, "its record is not one of this version of s2s");
    return { tensors, record: parsed.output };
  } finally {
    await file.close();
  }
}

async function readTensors(path: string, file: SafetensorsFile): Promise<Map<string, StateTensor>> {
  const tensors = new Map<string, StateTensor>();
  for (const name of file.header.tensors.keys()) {
    const { shape, data } = await file.read(name);
    if (!(data instanceof Float32Array)) throw new DamagedFileError(path, `${name} is not float32`);
    tensors.set(name, { shape, data });
  }
  return tensors;
}

function sealOf(
  record: string,
  layout: ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>,
  dataSha256: string,
): Promise<string> {
  const tensors = [...layout].map(([name, { dtype, shape }]) => [name, dtype, shape]);
  return sha256(textChunk(JSON.stringify([record, tensors, dataSha256])));
}
