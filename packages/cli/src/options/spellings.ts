import type { ConfigKey } from "@s2s/trainer";

/** One way to say a key, or the same key of both sides, on the command line. */
export interface Spelling {
  /** Without the leading hyphens: `encoder.layers`, `hidden`. */
  readonly name: string;
  /** The keys it sets, all of one type. */
  readonly keys: readonly ConfigKey[];
  /** Help lists one spelling a key, the shortest, and the aliases for both sides. */
  readonly listed: boolean;
}

/** What people call a key where it is not the key's own name. */
const EXTRA: Readonly<Record<string, readonly string[]>> = {
  "data.train": ["data"],
  "source.vocabulary": ["source-vocab"],
  "target.vocabulary": ["target-vocab"],
  "encoder.bidirectional": ["bidirectional"],
  "encoder.reverseSource": ["reverse-source"],
  "decoder.reverseTarget": ["reverse-target"],
  "decoder.attention": ["attention"],
  "training.learningRate": ["lr"],
  "training.clipNorm": ["clip"],
};

/** Names that stand alone, without their section: nobody has two of them. */
const ALONE = new Set(["data", "training", "forecast", "draw"]);

/** Aliases that set both sides at once. */
const BOTH: Readonly<Record<string, readonly string[]>> = {
  tokens: ["source.tokens", "target.tokens"],
  vocab: ["source.vocabulary", "target.vocabulary"],
  "min-frequency": ["source.minFrequency", "target.minFrequency"],
  "max-length": ["source.maxLength", "target.maxLength"],
  embedding: ["encoder.embedding", "decoder.embedding"],
  hidden: ["encoder.hidden", "decoder.hidden"],
  layers: ["encoder.layers", "decoder.layers"],
  cell: ["encoder.cell", "decoder.cell"],
  residual: ["encoder.residual", "decoder.residual"],
};

/**
 * Every spelling of every key: `training.batchSize` is `--training.batchSize`, `--training.batch-size`, `--training-batch-size` and
 * `--batch-size`; `--hidden` sets `encoder.hidden` and `decoder.hidden`.
 */
export function spellingsOf(keys: readonly ConfigKey[]): Spelling[] {
  return keys.flatMap((key) => [
    ...bothSides(key, keys),
    ...namesOf(key.key).map((name, index) => ({ name, keys: [key], listed: index === 0 })),
  ]);
}

/** The alias for both sides, where `key` is its first one and the command has them all. */
function bothSides(key: ConfigKey, keys: readonly ConfigKey[]): Spelling[] {
  return Object.entries(BOTH).flatMap(([name, paths]) => {
    const sides = keys.filter((each) => paths.includes(each.key));
    return paths[0] === key.key && sides.length === paths.length ? [{ name, keys: sides, listed: true }] : [];
  });
}

/** The spellings of one key, the one that help lists first. */
function namesOf(path: string): string[] {
  const [section = "", leaf] = path.split(".");
  if (leaf === undefined) return [path];
  const extra = EXTRA[path] ?? [];
  const alone = ALONE.has(section) ? [kebab(leaf)] : [];
  const full = [path, `${section}.${kebab(leaf)}`, `${section}-${kebab(leaf)}`];
  const short = path === "data.train" || !ALONE.has(section) ? [...extra, ...alone] : [...alone, ...extra];
  return [...new Set([...short, ...full])];
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
