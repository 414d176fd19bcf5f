import { UserError } from "@s2s/runtime";
import { describe, expect, test } from "vitest";
import type { ConfigInput } from "../src/config.ts";
import { optimizerOf } from "../src/executors/graphs.ts";
import { resolveConfig } from "../src/load-config.ts";

describe("options of the loss that do not go together", () => {
  test.each<[string, ConfigInput]>([
    ["training.sampledSoftmax leaves out most words, training.labelSmoothing", { training: { sampledSoftmax: 5, labelSmoothing: 0.1 } }],
    [
      "training.sampledSoftmax leaves out most words, decoder.copy",
      { training: { sampledSoftmax: 5 }, decoder: { copy: true, attention: "dot" } },
    ],
    ["training.coverageWeight needs a decoder.attention", { training: { coverageWeight: 1 } }],
    ["training.schedule plateau needs validation pairs", { training: { schedule: "plateau" }, data: { validFraction: 0 } }],
  ])("%s", (message, input) => {
    const resolving = (): unknown => resolveConfig(input, "test");
    expect(resolving).toThrow(message);
    expect(resolving).toThrow(UserError);
  });
});

test("every optimizer can be made with its own epsilon or a given one", () => {
  for (const optimizer of ["sgd", "momentum", "rmsprop", "adagrad", "adadelta", "adam", "adamw", "nadam"] as const)
    for (const training of [{ optimizer }, { optimizer, epsilon: 1e-3 }])
      expect(optimizerOf(resolveConfig({ training }, "test")).slots.length).toBeLessThan(3);
});
