import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load, type ModelInput, type PredictOptions } from "@s2s/runtime";
import { afterAll, expect, test } from "vitest";
import { Api } from "../../packages/cli/src/serve/api.ts";
import { createHandler } from "../../packages/cli/src/serve/handler.ts";
import { listen } from "../../packages/cli/src/serve/listen.ts";
import { openSite } from "../../packages/cli/src/serve/site.ts";
import { StaticFiles } from "../../packages/cli/src/serve/static.ts";
import { LIMITS } from "../../packages/cli/test/support/server.ts";
import { png } from "../support/png.ts";
import { type Kind, writeTaskBundle } from "../support/task-bundles.ts";

const folder = await mkdtemp(join(tmpdir(), "s2s-serve-tasks-"));
afterAll(() => rm(folder, { recursive: true }));

const picture = png({ width: 5, height: 4, data: Uint8Array.from({ length: 80 }, (_, i) => (i % 4 === 3 ? 255 : (i * 41) % 256)) });
const base64 = picture.toString("base64");

/** What is sent, and what `predict` takes for the same. */
const CASES: readonly (readonly [Kind, unknown, ModelInput, PredictOptions])[] = [
  ["translate", "one two", "one two", { beams: 2 }],
  ["classify", "abc", "abc", { topK: 2 }],
  ["tag", "one six", "one six", {}],
  ["generate", "hg", "hg", { temperature: 0.5, seed: 7 }],
  ["forecast", Array.from({ length: 5 }, (_, i) => ({ pm: 40 + i, wind: i })), Array.from({ length: 5 }, (_, i) => [40 + i, i]), {}],
  ["caption", base64, picture, {}],
  ["vector", [1, 0, -1, 2, 0.5], [1, 0, -1, 2, 0.5], {}],
  ["frames", [base64, base64], [picture, picture], {}],
  ["draw", "", "", { bias: 1, seed: 3, maxLength: 5 }],
  ["write", "dcba", "dcba", { bias: 1, seed: 3, maxLength: 5 }],
];

test.each(CASES)(
  "POST /predict of a model that can %s gives what predict gives, and its page is there",
  async (kind, sent, input, options) => {
    await writeTaskBundle(join(folder, kind), kind);
    const site = await openSite(join(folder, kind));
    const model = await load(site.model, { device: "cpu", worker: false });
    const bugs: unknown[] = [];
    const api = new Api(model, { ...LIMITS, timeout: 60 });
    const files = new StaticFiles(site.find);
    const handler = createHandler({ api, files, loopback: undefined, allowOrigin: [], onBug: (error) => bugs.push(error) });
    const { address, close } = await listen(handler, "127.0.0.1", 0);
    const url = `http://127.0.0.1:${address.port}/`;
    try {
      const post = async (path: string, body: object): Promise<unknown> =>
        (await fetch(url + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })).json();
      const [expected] = JSON.parse(JSON.stringify(await model.predictAll([input], options))) as [object];
      expect(expected).not.toHaveProperty("error");
      expect(await post("predict", { input: sent, ...options })).toEqual(expected);
      expect(await post("predict", { inputs: [sent, null], ...options })).toEqual(
        ["tokens", "none"].includes(model.manifest.model.input.kind)
          ? { error: "an input must be a text" }
          : { answers: [expected, { error: expect.any(String) }] },
      );
      expect(await (await fetch(url)).text()).toContain(`<s2s-model src="bundle/" task="${model.manifest.task}"`);
      expect(bugs).toEqual([]);
    } finally {
      await close(0);
      await model.dispose();
    }
  },
);
