import { readFile, stat } from "node:fs/promises";
import { UserError } from "@s2s/runtime";
import * as v from "valibot";
import type { Config } from "./config.ts";
import type { TaskData } from "./tasks/task.ts";
import { sha256OfFile } from "./files.ts";

const SourceSchema = v.strictObject({
  /** The file that the validation pairs are in. */
  file: v.string(),
  /** Of the whole file, as `sha256sum` prints it. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  pairs: v.number(),
  /** Whether they are a part of the training file, held out by the seed. */
  heldOut: v.boolean(),
});
/** What `data.json` in a run's folder holds: where its validation pairs are to be found again. */
const DataRecordSchema = v.strictObject({ validation: v.nullable(SourceSchema) });
export type DataRecord = v.InferOutput<typeof DataRecordSchema>;

/** Where the validation pairs of a run that begins come from. */
export async function dataRecord({ data }: Config, { valid }: Pick<TaskData, "valid">): Promise<DataRecord> {
  const file = data.valid ?? data.train;
  // A pipe cannot be read again, and might block for ever.
  if (file === undefined || valid.count === 0 || !(await stat(file)).isFile()) return { validation: null };
  return { validation: { file, sha256: await sha256OfFile(file), pairs: valid.count, heldOut: data.valid === undefined } };
}

/** @throws UserError where the file of a run cannot be read or is damaged */
export async function readDataRecord(path: string): Promise<DataRecord> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${path}: cannot be read (${code}), so the validation pairs are not known; give them with --data FILE`, {
      cause: error,
    });
  }
  try {
    return v.parse(DataRecordSchema, JSON.parse(text));
  } catch (error) {
    throw new UserError(`${path}: is damaged, so the validation pairs are not known; give them with --data FILE`, { cause: error });
  }
}
