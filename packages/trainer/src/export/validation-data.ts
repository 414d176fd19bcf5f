import { UserError } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import { readDataRecord } from "../data-record.ts";
import type { Config } from "../config.ts";
import { loadDataset } from "../data/dataset.ts";
import { bundleEncoding, encodeCorpus } from "../data/encode.ts";
import type { Pairs } from "../data/pairs.ts";
import { exists, sha256OfFile } from "../files.ts";
import { readRunConfig, runPaths } from "../run-folder.ts";

const ELSEWHERE = "give the pairs to measure on with --data FILE";

/** What makes ids of texts. */
type Encoding = Pick<Bundle, "manifest" | "source" | "target">;

/**
 * The validation pairs of a run, the same that it was trained with.
 * @throws UserError where there were none, or they are gone or changed
 */
export async function runValidation(folder: string, bundle: Encoding): Promise<Pairs> {
  const { validation } = await readDataRecord(runPaths(folder).data);
  if (validation === null) throw new UserError(`${folder}: was trained without validation pairs that can be read again; ${ELSEWHERE}`);
  const { file, sha256, pairs, heldOut } = validation;
  if (!(await exists(file))) throw new UserError(`${file}: is missing, and the validation pairs of ${folder} are in it; ${ELSEWHERE}`);
  if ((await sha256OfFile(file)) !== sha256)
    throw new UserError(`${file}: changed since ${folder} was trained (its SHA-256 is another); restore it, or ${ELSEWHERE}`);
  const config = await readRunConfig(folder);
  const found = heldOut
    ? (await loadDataset({ ...config, data: { ...config.data, train: file, valid: undefined } })).valid
    : await pairsOfFile(file, config.data, bundle);
  if (found.count !== pairs)
    throw new UserError(
      `${runPaths(folder).config}: changed since training, ${found.count} pairs are held out and not ${pairs}; restore it, or ${ELSEWHERE}`,
    );
  return found;
}

/** The pairs of a file in a bundle's ids. @throws UserError where it cannot be read or holds no pairs */
export async function pairsOfFile(
  file: string,
  { sourceColumn, targetColumn }: Pick<Config["data"], "sourceColumn" | "targetColumn">,
  bundle: Encoding,
): Promise<Pairs> {
  const { source, target } = bundleEncoding(bundle);
  return (await encodeCorpus(file, { sourceColumn, targetColumn }, source, target)).pairs;
}
