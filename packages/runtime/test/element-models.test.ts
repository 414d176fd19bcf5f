import { expect, test, vi } from "vitest";
import { ModelHolder, type Wish } from "../src/element/model-holder.ts";
import { SharedModels } from "../src/element/shared-models.ts";
import type { LoadProgress } from "../src/engine/service.ts";
import type { LoadOptions } from "../src/load.ts";
import type { Model } from "../src/model.ts";

/** A loader whose loads end when the test says so. */
function stage() {
  const loads: {
    src: string;
    options: LoadOptions;
    model: Model & { dispose: ReturnType<typeof vi.fn> };
    succeed(): void;
    fail(): void;
  }[] = [];
  const models = new SharedModels(
    (src, options) =>
      new Promise((resolve, reject) => {
        const model = { manifest: { task: "translate" }, dispose: vi.fn(async () => undefined) } as never;
        options.signal?.addEventListener("abort", () => reject(options.signal?.reason as Error));
        loads.push({ src, options, model, succeed: () => resolve(model), fail: () => reject(new Error("no network")) });
      }),
  );
  return { loads, models };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
const settings = (src: string) => ({ src, device: undefined, precision: undefined, worker: true, cache: true });
const wish = (src: string, task = ""): Wish => ({ ...settings(src), task });

test("who asks for the same model gets the same, and the last one who leaves disposes of it", async () => {
  const { loads, models } = stage();
  const [a, b] = [models.acquire(settings("/x/"), () => {}), models.acquire(settings("/x/"), () => {})];
  await settle();
  expect(loads).toHaveLength(1);
  loads[0]!.succeed();
  expect(await a.model).toBe(await b.model);
  a.release();
  a.release();
  await settle();
  expect(loads[0]!.model.dispose).not.toHaveBeenCalled();
  b.release();
  await settle();
  expect(loads[0]!.model.dispose).toHaveBeenCalledOnce();
  models.acquire(settings("/x/"), () => {});
  await settle();
  expect(loads).toHaveLength(2);
});

test.each([{ device: "wasm" }, { precision: "int8" as const }, { worker: false }, { cache: false }, { src: "/y/" }])(
  "settings that differ in %o are of another model",
  async (other) => {
    const { loads, models } = stage();
    models.acquire(settings("/x/"), () => {});
    models.acquire({ ...settings("/x/"), ...other }, () => {});
    await settle();
    expect(loads.map(({ src, options: { device, precision, worker, cache } }) => ({ src, device, precision, worker, cache }))).toEqual([
      settings("/x/"),
      { ...settings("/x/"), ...other },
    ]);
  },
);

test("progress reaches all, and at once who comes later; nobody after leaving", async () => {
  const { loads, models } = stage();
  const heard: Record<string, number[]> = { a: [], b: [] };
  const listen = (name: string) => (progress: LoadProgress) => void heard[name]!.push(progress.loaded);
  const a = models.acquire(settings("/x/"), listen("a"));
  await settle();
  const tell = (loaded: number) => loads[0]!.options.onProgress?.({ phase: "start", loaded, total: 1 });
  tell(0.25);
  models.acquire(settings("/x/"), listen("b"));
  tell(0.5);
  a.release();
  tell(1);
  expect(heard).toEqual({ a: [0.25, 0.5], b: [0.25, 0.5, 1] });
});

test("a load that nobody waits for is ended, one that failed is tried again", async () => {
  const { loads, models } = stage();
  const a = models.acquire(settings("/x/"), () => {});
  await settle();
  a.release();
  expect(loads[0]!.options.signal?.aborted).toBe(true);
  await expect(a.model).rejects.toThrow("aborted");
  const b = models.acquire(settings("/x/"), () => {});
  await settle();
  loads[1]!.fail();
  await expect(b.model).rejects.toThrow("no network");
  const c = models.acquire(settings("/x/"), () => {});
  await settle();
  loads[2]!.succeed();
  expect(await c.model).toBe(loads[2]!.model);
});

test("a holder tells of the model that it holds, and of none that it has let go", async () => {
  const { loads, models } = stage();
  const heard: string[] = [];
  const holder = new ModelHolder(models, {
    onProgress: () => {},
    prepare: async (model) => void heard.push(`prepares ${loads.findIndex((each) => each.model === model)}`),
    onReady: (model) => heard.push(`ready ${loads.findIndex((each) => each.model === model)}`),
    onFail: (error) => heard.push(`failed: ${error.message}`),
  });
  void holder.hold(wish("/x/")).catch(() => undefined);
  expect(holder.hold(wish("/x/"))).toBe(holder.hold(wish("/x/")));
  const second = holder.hold(wish("/y/"));
  expect(holder.holds(wish("/x/"))).toBe(false);
  expect(holder.holds(wish("/y/"))).toBe(true);
  await settle();
  loads[1]!.succeed();
  await second;
  await settle();
  expect(heard).toEqual(["prepares 1", "ready 1"]);
  expect(loads[0]!.options.signal?.aborted).toBe(true);
  void holder.hold(wish("/z/")).catch(() => undefined);
  await settle();
  expect(loads[1]!.model.dispose).toHaveBeenCalledOnce();
  loads[2]!.fail();
  await settle();
  expect(heard).toEqual(["prepares 1", "ready 1", "failed: no network"]);
  expect(holder.holding).toBe(false);
  void holder.hold(wish("/z/"));
  await settle();
  loads[3]!.succeed();
  await settle();
  expect(heard.at(-1)).toBe("ready 3");
});

test("a model of another task is refused and given back", async () => {
  const { loads, models } = stage();
  const onFail = vi.fn();
  const prepare = vi.fn();
  const holder = new ModelHolder(models, { onProgress: () => {}, prepare, onReady: () => {}, onFail });
  const model = holder.hold(wish("/x/", "caption"));
  await settle();
  loads[0]!.succeed();
  await expect(model).rejects.toThrow('<s2s-model task="caption">: the model at /x/ is one for task="translate"');
  await settle();
  expect(onFail).toHaveBeenCalledOnce();
  expect(prepare).not.toHaveBeenCalled();
  expect(loads[0]!.model.dispose).toHaveBeenCalledOnce();
});

test("on a server the element's module can be imported, and defines nothing", async () => {
  const { S2sModelElement } = await import("../src/element/index.ts");
  expect(S2sModelElement.observedAttributes).toContain("src");
  expect("customElements" in globalThis).toBe(false);
});
