import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { afterAll, beforeAll, expect, it } from "vitest";
import { resolveConfig } from "../src/load-config.ts";
import { taskOf } from "../src/tasks/index.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-refusals-"))));
afterAll(() => rm(folder, { recursive: true }));

it("copies no vector of another width into a decoder", async () => {
  const train = join(folder, "vectors.jsonl");
  await writeFile(train, ["a", "b", "c"].map((target, i) => `${JSON.stringify({ source: [i, 1, 2], target })}\n`).join(""));
  const config = resolveConfig(
    { task: "caption", data: { train }, source: { kind: "vector" }, decoder: { bridge: "copy", hidden: 5 } },
    "x",
  );
  await expect(taskOf("caption").load(config)).rejects.toThrow(
    new UserError("decoder.bridge copy needs states of one width, but a source has 3 numbers and decoder.hidden is 5: take linear"),
  );
});

it("refuses attention to texts that drawings do not have", async () => {
  const train = join(folder, "drawings.jsonl");
  await writeFile(
    train,
    `${JSON.stringify({
      strokes: [
        [1, 0, 0],
        [0, 1, 1],
      ],
    })}\n`.repeat(3),
  );
  const config = resolveConfig({ task: "draw", data: { train }, decoder: { attention: "general" } }, "x");
  await expect(taskOf("draw").load(config)).rejects.toThrow(
    new UserError(`${train}: its drawings have no texts, at which decoder.attention could look: leave it out, or give each a "text"`),
  );
});
