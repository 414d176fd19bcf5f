import { readFile } from "node:fs/promises";
import { Graph, add, gradients, matmul, mul, print, prune, reduceSum, scan, tanh } from "@s2s/graph-builder";
import { TASKS } from "@s2s/runtime/manifest";
import { configKeys, refuseIdleKeys, resolveConfig } from "@s2s/trainer";
import { describe, expect, it } from "vitest";

/** The graphs in docs/training-step.md are those that its code gives. */
describe("docs/training-step.md", async () => {
  const text = await readFile(new URL("../docs/training-step.md", import.meta.url), "utf8");

  it("shows a layer's gradient as it is printed", () => {
    const graph = new Graph("layer");
    const x = graph.input("x", "float32", ["B", 3]);
    const w = graph.input("w", "float32", [3, 4]);
    const b = graph.input("b", "float32", [4]);
    const y = tanh(add(matmul(x, w), b));
    const loss = reduceSum(mul(y, y));
    const [dw, db] = gradients(loss, [w, b]);
    graph.output("loss", loss);
    graph.output("dw", dw);
    graph.output("db", db);
    prune(graph);
    expect(text).toContain(print(graph));
  });

  it("shows a loop's gradient as it is printed", () => {
    const graph = new Graph("rnn");
    const xs = graph.input("xs", "float32", ["T", "B", 3]);
    const h0 = graph.input("h0", "float32", ["B", 4]);
    const wx = graph.input("wx", "float32", [3, 4]);
    const wh = graph.input("wh", "float32", [4, 4]);
    const { outputs } = scan(
      ([h], [x]) => {
        const next = tanh(add(matmul(x, wx), matmul(h, wh)));
        return { states: [next], outputs: [next] };
      },
      [h0],
      [xs],
    );
    const loss = reduceSum(mul(outputs[0], outputs[0]));
    const [dwx, dwh] = gradients(loss, [wx, wh]);
    graph.output("loss", loss);
    graph.output("dwx", dwx);
    graph.output("dwh", dwh);
    prune(graph);
    expect(text).toContain(print(graph));
  });
});

describe("docs/models.md", async () => {
  const text = await readFile(new URL("../docs/models.md", import.meta.url), "utf8");
  const named = [...text.matchAll(/`([a-z]+(?:\.[A-Za-z0-9]+)?)`/g)].map((match) => match[1]!);
  const keys = configKeys();

  it("says of every key of the configuration what it does", () => {
    expect(keys.map(({ key }) => key).filter((key) => !named.includes(key))).toEqual([]);
  });

  it("names no key that is not there", () => {
    const sections = new Set(keys.map(({ key }) => key.split(".")[0]));
    const paths = named.filter((name) => name.includes(".") && sections.has(name.split(".")[0]));
    expect(paths.filter((path) => !keys.some(({ key }) => key === path))).toEqual([]);
  });

  it("names every value that a key allows", () => {
    const values = keys.filter(({ key }) => key !== "task").flatMap(({ choices = [] }) => choices);
    expect(values.filter((value) => !text.includes(`\`${value}\``))).toEqual([]);
  });
});

describe("docs/tasks.md", async () => {
  const text = await readFile(new URL("../docs/tasks.md", import.meta.url), "utf8");
  const [, ...parts] = text.split(/^## /m);
  const sections = new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), part]));

  it.each(TASKS)("shows a configuration of the task %s that holds, and its commands", (task) => {
    const section = sections.get(task)!;
    const [, json] = /```json\n([\s\S]*?)```/.exec(section)!;
    const config = resolveConfig(JSON.parse(json!), task);
    refuseIdleKeys(JSON.parse(json!), config, () => task);
    expect(config.task).toBe(task);
    expect(section).toContain("s2s predict");
  });
});
