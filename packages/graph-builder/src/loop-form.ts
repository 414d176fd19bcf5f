import type { Graph, Node } from "./ir.ts";

/** How the states of a loop, Scan or Loop, lie among its operands and results and those of its body: state i is operand i + `operands`. */
export interface LoopForm {
  readonly body: Graph;
  /** Values carried from step to step; they come first among the node's outputs. */
  readonly states: number;
  /** Operands of the node, and inputs of the body, in front of the states: of a Loop the number of steps and the condition. */
  readonly operands: number;
  /** Outputs of the body in front of the states: of a Loop the condition. */
  readonly results: number;
}

/** Null where the node is no loop. */
export function loopForm(node: Node): LoopForm | null {
  const body = node.attributes.body as Graph;
  if (node.op === "Scan") return { body, states: node.attributes.states as number, operands: 0, results: 0 };
  if (node.op === "Loop") return { body, states: node.inputs.length - 2, operands: 2, results: 1 };
  return null;
}
