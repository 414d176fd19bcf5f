import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Dim, type Shape, axisOf, broadcast, product, sum } from "../src/shape.ts";

const SIZES: Readonly<Record<string, number>> = { B: 3, S: 7, T: 11 };

/** A dimension in numbers, by JavaScript's own arithmetic. */
const size = (dim: Dim): number => Number(new Function(...Object.keys(SIZES), `return ${dim}`)(...Object.values(SIZES)));

const atom = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom<Dim>("B", "S", "T"));
const products = fc.array(atom, { minLength: 1, maxLength: 4 }).map(product);
const dims = fc.array(products, { minLength: 1, maxLength: 4 });
const shuffled = <T>(items: readonly T[], order: number): T[] =>
  [...items.slice(order % items.length), ...items.slice(0, order % items.length)].toReversed();

describe("symbolic sizes", () => {
  it("multiply and add as numbers do", () => {
    fc.assert(
      fc.property(dims, fc.integer({ min: -20, max: 20 }), (parts, number) => {
        expect(size(product(parts))).toBe(parts.reduce<number>((a, b) => a * size(b), 1));
        expect(size(sum([...parts, number])!)).toBe(parts.reduce<number>((a, b) => a + size(b), number));
      }),
    );
  });

  it("have one form, whatever the order", () => {
    fc.assert(
      fc.property(dims, fc.nat(9), (parts, order) => {
        expect(product(shuffled(parts, order))).toBe(product(parts));
        expect(sum(shuffled(parts, order))).toBe(sum(parts));
        expect(product([product(parts.slice(0, 1)), product(parts.slice(1))])).toBe(product(parts));
        expect(sum([sum(parts.slice(0, 2))!, ...parts.slice(2)])).toBe(sum(parts));
      }),
    );
  });

  it("come back when a number is added and taken away", () => {
    fc.assert(
      fc.property(products, fc.integer({ min: -20, max: 20 }), (dim, number) => {
        expect(sum([sum([dim, number])!, -number])).toBe(dim);
      }),
    );
  });

  it("are written so", () => {
    expect(product(["T", 4, "B", 2])).toBe("8*B*T");
    expect(product(["(T-1)", "B"])).toBe("(T-1)*B");
    expect([sum(["T", -1]), sum(["T", "B", 5]), sum(["2*T", "T"]), sum([4, "B*T"])]).toEqual(["(T-1)", "(B+T+5)", "3*T", "(B*T+4)"]);
    expect(sum(["(T-1)*B", 1])).toBeNull();
  });
});

describe("broadcasting", () => {
  const shape = fc.array(fc.constantFrom<Dim>(1, 2, 3, "B"), { maxLength: 4 });

  it("does not depend on the order of two operands, nor on a third's", () => {
    fc.assert(
      fc.property(shape, shape, shape, (a, b, c) => {
        const via = (x: Shape | null, y: Shape | null): Shape | null => x && y && broadcast(x, y);
        expect(broadcast(a, b)).toEqual(broadcast(b, a));
        const [left, right] = [via(via(a, b), c), via(a, via(b, c))];
        if (left && right) expect(left).toEqual(right);
      }),
    );
  });

  it("leaves an operand of the result's shape as it is", () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const result = broadcast(a, b);
        if (result) expect(broadcast(result, a)).toEqual(result);
      }),
    );
  });
});

it("counts axes from either end", () => {
  expect([axisOf(0, 3, "x"), axisOf(-1, 3, "x"), axisOf(-3, 3, "x")]).toEqual([0, 2, 0]);
  for (const axis of [3, -4, 0.5]) expect(() => axisOf(axis, 3, "Op(x)")).toThrow(`Op(x): axis ${axis} is outside rank 3`);
});
