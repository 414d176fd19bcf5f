import { UserError } from "@s2s/runtime";
import type { Config } from "./config.ts";
import { sha256, textChunk } from "./files.ts";

/**
 * Options that may differ when a run goes on. `epochs` and `patience` say when it ends. Files are compared by their pairs, so they may move.
 * `threads` and `ep` say where it is computed: sums of floating-point numbers then come in another order, and the weights agree to rounding only, not
 * byte for byte.
 */
const FREE = new Set(["$schema", "data.train", "data.valid", "training.epochs", "training.patience", "training.threads", "training.ep"]);

/** Refuses to go on with a configuration under which the run would have gone another way. @throws UserError naming every such key */
export function refuseChanges(folder: string, before: Config, after: Config): void {
  const [old, fresh] = [flatten(before), flatten(after)];
  const keys = [...new Set([...old.keys(), ...fresh.keys()])].filter((key) => !FREE.has(key) && old.get(key) !== fresh.get(key));
  if (keys.length === 0) return;
  const changes = keys.map((key) => `${key} from ${old.get(key) ?? "its default"} to ${fresh.get(key) ?? "its default"}`);
  throw new UserError(
    `${folder}: a resumed run cannot change ${changes.join(", ")}; leave it out, or train into another folder (epochs, patience, threads and ep may change)`,
  );
}

/** Keys that came after the first runs, with their defaults: where they hold these, a run is what it was without them. */
const LATER = new Map([
  ["training.best", JSON.stringify("loss")],
  ["training.answered", "200"],
  ["training.averageDecay", "0"],
]);

/** SHA-256 over all that decides how the run goes, in hexadecimal. */
export function configHash(config: Config): Promise<string> {
  const fixed = [...flatten(config)]
    .filter(([key, value]) => !FREE.has(key) && LATER.get(key) !== value)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(textChunk(JSON.stringify(fixed)));
}

/** Dotted keys to their values as JSON. */
function flatten(value: object, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, entry] of Object.entries(value) as [string, unknown][]) {
    if (typeof entry === "object" && entry !== null) for (const pair of flatten(entry, `${prefix}${key}.`)) flat.set(...pair);
    else if (entry !== undefined) flat.set(prefix + key, JSON.stringify(entry));
  }
  return flat;
}
