import { createHash } from "node:crypto";
import type { GraphInfo, Manifest } from "../../src/manifest.ts";

/** Just enough of protobuf to give an ONNX file metadata: StringStringEntryProto in field 14 of ModelProto. */
export function varint(n: number): number[] {
  const bytes: number[] = [];
  let rest = n;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

export function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(content.length)]), content]);
}

export function metadataEntry(key: string, value: string | Uint8Array): Buffer {
  return field(14, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value as string))]));
}

const tensor = (name: string, type: "int32" | "float32", shape: (string | number)[]) => ({ name, type, shape });

/** The border of a graph that generates whole answers. */
export const GENERATE: GraphInfo = {
  file: "generate.onnx",
  inputs: [
    tensor("source", "int32", ["B", "S"]),
    tensor("source_lengths", "int32", ["B"]),
    tensor("max_length", "int32", []),
    tensor("beams", "int32", []),
    tensor("length_penalty", "float32", []),
  ],
  outputs: [tensor("ids", "int32", ["B", "K", "T"]), tensor("lengths", "int32", ["B", "K"]), tensor("scores", "float32", ["B", "K"])],
};

export interface SingleFileParts {
  readonly manifest: Manifest;
  readonly source: string;
  readonly target: string;
}

/** What a single file says of itself: a manifest that lists the tokenisers alone. */
export function singleFileParts(manifest: Manifest, source: string, target: string): SingleFileParts {
  const files = [
    [manifest.source!.file, source],
    [manifest.target!.file, target],
  ].map(([name = "", text = ""]) => ({
    name,
    bytes: Buffer.byteLength(text),
    sha256: createHash("sha256").update(text).digest("hex"),
  }));
  return { manifest: { ...manifest, variants: [{ precision: "float32", graphs: { generate: GENERATE } }], files }, source, target };
}

/** The parts behind a graph. */
export function singleFile(graph: Uint8Array, { manifest, source, target }: SingleFileParts): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.concat([
      graph,
      metadataEntry("s2s.manifest", JSON.stringify(manifest)),
      metadataEntry("s2s.tokenizer.source", source),
      metadataEntry("s2s.tokenizer.target", target),
    ]),
  );
}
