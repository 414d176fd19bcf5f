import { UserError } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import { readDataRecord } from "../data-record.ts";
import type { Examples } from "../data/examples.ts";
import { exists, sha256OfFile } from "../files.ts";
import { readRunConfig, runPaths } from "../run-folder.ts";
import { taskOf } from "../tasks/index.ts";

const ELSEWHERE = "give the pairs to measure on with --data FILE";

/**
 * The validation pairs of a run, the same that it was trained with.
 * @throws UserError where there were none, or they are gone or changed
 */
export async function runValidation(folder: string, bundle: Bundle): Promise<Examples> {
  const { validation } = await readDataRecord(runPaths(folder).data);
  if (validation === null) throw new UserError(`${folder}: was trained without validation pairs that can be read again; ${ELSEWHERE}`);
  const { file, sha256, pairs, heldOut } = validation;
  if (!(await exists(file))) throw new UserError(`${file}: is missing, and the validation pairs of ${folder} are in it; ${ELSEWHERE}`);
  if ((await sha256OfFile(file)) !== sha256)
    throw new UserError(`${file}: changed since ${folder} was trained (its SHA-256 is another); restore it, or ${ELSEWHERE}`);
  const config = await readRunConfig(folder);
  const task = taskOf(bundle.manifest.task);
  const found = heldOut
    ? (await task.load({ ...config, data: { ...config.data, train: file, valid: undefined } })).valid
    : await task.read(file, { ...config, data: { ...config.data, limit: undefined } }, bundle);
  if (found.count !== pairs)
    throw new UserError(
      `${runPaths(folder).config}: changed since training, ${found.count} pairs are held out and not ${pairs}; restore it, or ${ELSEWHERE}`,
    );
  return found;
}
