import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest, Variant } from "../../src/manifest.ts";
import { writeCountdown } from "../countdown.ts";

export type Files = Record<string, Uint8Array<ArrayBuffer>>;

/** The files of a bundle that counts down, by name. */
export function countdownFiles(): Files {
  const folder = mkdtempSync(join(tmpdir(), "s2s-served-"));
  try {
    writeCountdown(folder);
    return Object.fromEntries(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const manifestOf = (files: Files): Manifest => JSON.parse(new TextDecoder().decode(files["s2s.json"])) as Manifest;

const PREFIX = "int8.";

/** With a second variant, whose graphs and weights have names of their own. It comes first. */
export function withSecondVariant(files: Files): Files {
  const manifest = manifestOf(files);
  const [variant] = manifest.variants as [Variant];
  const { encoder, decoder } = variant.graphs;
  const second: Variant = {
    precision: "int8",
    graphs: { encoder: { ...encoder!, file: PREFIX + encoder!.file }, decoder: { ...decoder!, file: PREFIX + decoder!.file } },
    weights: PREFIX + variant.weights,
  };
  const names = [encoder!.file, decoder!.file, variant.weights!];
  const copies = Object.fromEntries(names.map((name) => [PREFIX + name, Uint8Array.from([...files[name]!, 0])]));
  const listed = [...manifest.files, ...names.map((name) => ({ name: PREFIX + name, bytes: 0, sha256: "" }))];
  return sealFiles({ ...files, ...copies }, { ...manifest, variants: [second, variant], files: listed });
}

/** With sizes and checksums of the files as they are: what an attacker would do. */
export function sealFiles(files: Files, manifest = manifestOf(files)): Files {
  const listed = manifest.files.map(({ name }) => {
    const bytes = files[name]!;
    return { name, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  });
  return { ...files, "s2s.json": new TextEncoder().encode(JSON.stringify({ ...manifest, files: listed })) };
}
