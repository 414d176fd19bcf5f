import type { Value } from "./ir.ts";

export interface CustomGradient {
  readonly operands: readonly Value[];
  readonly rule: (gradient: Value, read: (value: Value) => Value) => (Value | null)[];
}

const attached = new WeakMap<Value, CustomGradient>();

/**
 * Gives a value computed from `operands` a gradient of its own: the nodes in between are then not differentiated.
 * `rule` takes the value's gradient and returns one for each operand. It gets at values of the forward pass through `read`: in a loop
 * the gradient is computed in another loop, going back. The value must be a node's only output.
 */
export function attachGradient(value: Value, operands: readonly Value[], rule: CustomGradient["rule"]): void {
  if (value.producer?.outputs.length !== 1) throw new Error(`${value.name}: only the single output of a node can have a gradient attached`);
  attached.set(value, { operands, rule });
}

export const customGradient = (value: Value): CustomGradient | undefined => attached.get(value);
