import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Scope,
  type Value,
  add,
  attachGradient,
  linear,
  matmul,
  mul,
  relu,
  scan,
  sigmoid,
  split,
  sub,
  tanh,
} from "@s2s/graph-builder";
import { expect, it } from "vitest";
import { checkGradient } from "../support/check-gradient.ts";
import { checkLayer } from "../support/check-layer.ts";

// The code of docs/extending.md. The last test holds the two together.

/**
 * Highway layer (Srivastava et al. 2015): x [..., size] -> y [..., size].
 *
 *     t = sigmoid(x V + c),  y = t relu(x W + b) + (1 - t) x
 *
 * Parameters: `transform.w`, `transform.b`, `gate.w`, `gate.b`.
 */
export function highway(scope: Scope, size: number): (x: Value) => Value {
  const transform = linear(scope.in("transform"), size, size);
  const gate = linear(scope.in("gate"), size, size);
  return (x) => {
    const t = sigmoid(gate(x));
    return add(mul(t, relu(transform(x))), mul(sub(1, t), x));
  };
}

it("the gradient of a highway layer", () =>
  checkLayer({
    shapes: [[5, 2, 3]],
    declared: [["T", "B", 3]],
    build: (scope, [x]) => highway(scope, 3)(x),
  }));

/**
 * Minimal gated unit (Zhou et al. 2016): x [T, B, inputs] -> h [T, B, hidden], started from h0 [B, hidden].
 *
 *     f = sigmoid(x Wf + h Uf + bf),  h' = (1 - f) h + f tanh(x Wh + (f h) Uh + bh)
 *
 * Parameters: `x.w` [inputs, 2 hidden] and `x.b` [2 hidden] of f and h' side by side, `uf` and `uh` [hidden, hidden].
 */
export function minimalGatedUnit(scope: Scope, inputs: number, hidden: number): (x: Value, h0: Value) => Value {
  const project = linear(scope.in("x"), inputs, 2 * hidden);
  const bound = 1 / Math.sqrt(hidden);
  const uf = scope.parameter("uf", [hidden, hidden], { kind: "uniform", bound });
  const uh = scope.parameter("uh", [hidden, hidden], { kind: "uniform", bound });
  return (x, h0) =>
    scan(
      ([h], [projected]) => {
        const [xf, xh] = split(projected, [hidden, hidden], -1);
        const f = sigmoid(add(xf, matmul(h, uf)));
        const next = add(mul(sub(1, f), h), mul(f, tanh(add(xh, matmul(mul(f, h), uh)))));
        return { states: [next], outputs: [next] };
      },
      [h0],
      [project(x)],
    ).outputs[0];
}

it("the gradient of a minimal gated unit", () =>
  checkLayer({
    shapes: [
      [5, 2, 3],
      [2, 4],
    ],
    build: (scope, [x, h0]) => minimalGatedUnit(scope, 3, 4)(x, h0),
  }));

/** y = x sigmoid(x) (Ramachandran et al. 2017), with dy/dx = s + y (1 - s), s = sigmoid(x). */
export function swish(x: Value): Value {
  const s = sigmoid(x);
  const y = mul(x, s);
  attachGradient(y, [x], (g, read) => [mul(g, add(read(s), mul(read(y), sub(1, read(s)))))]);
  return y;
}

it("the gradient of swish, in a loop too", () =>
  checkGradient({
    shapes: [
      [5, 2, 3],
      [2, 3],
    ],
    build: ([xs, h0]) => [swish(xs), scan(([h], [x]) => ({ states: [swish(add(h, x))], outputs: [] }), [h0], [xs]).states[0]],
  }));

it("the document shows code as it stands in the files that it names", async () => {
  const root = join(import.meta.dirname, "../..");
  const text = await readFile(join(root, "docs/extending.md"), "utf8");
  const blocks = [...text.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)];
  expect(blocks.length).toBe(text.split("```ts").length - 1);
  expect(blocks.length).toBeGreaterThan(5);
  for (const [, file, code] of blocks) expect(await readFile(join(root, file), "utf8"), file).toContain(code.trimEnd());
});
