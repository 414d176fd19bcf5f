/** What an attribute holds; `graph` is a loop's body or a branch of a choice. */
export interface AttributeTypes {
  int: number;
  ints: readonly number[];
  float: number;
  string: string;
  strings: readonly string[];
  type: "float16" | "float32" | "float64" | "int32" | "int64" | "uint32" | "uint8" | "bool";
  graph: import("./ir.ts").Graph;
}

export interface OperatorSpec {
  readonly inputs: readonly [least: number, most: number];
  readonly outputs: readonly [least: number, most: number];
  readonly attributes: Readonly<Record<string, keyof AttributeTypes>>;
  /** Computed per element, operands broadcast: such a node may be moved through a loop, or computed again instead of being stored. */
  readonly elementwise?: true;
}

const MANY = Number.MAX_SAFE_INTEGER;
const none = {} as const;
const unary = { inputs: [1, 1], outputs: [1, 1], attributes: none, elementwise: true } as const;
const binary = { inputs: [2, 2], outputs: [1, 1], attributes: none, elementwise: true } as const;
const reduce = { inputs: [1, 2], outputs: [1, 1], attributes: { keepdims: "int" } } as const;
const window = { kernel_shape: "ints", strides: "ints", pads: "ints" } as const;

/** Every operator that the builder emits, in opset 21: arity and attributes, as the ONNX specification has them. */
export const operators = {
  Abs: unary,
  Add: binary,
  And: binary,
  ArgMax: { inputs: [1, 1], outputs: [1, 1], attributes: { axis: "int", keepdims: "int" } },
  AveragePool: { inputs: [1, 1], outputs: [1, 1], attributes: { ...window, count_include_pad: "int" } },
  BitShift: { ...binary, attributes: { direction: "string" } },
  BitwiseXor: binary,
  Cast: { ...unary, attributes: { to: "type" } },
  Clip: { inputs: [1, 3], outputs: [1, 1], attributes: none },
  Concat: { inputs: [1, MANY], outputs: [1, 1], attributes: { axis: "int" } },
  Conv: { inputs: [2, 3], outputs: [1, 1], attributes: { ...window, dilations: "ints" } },
  ConvTranspose: { inputs: [2, 3], outputs: [1, 1], attributes: { ...window, dilations: "ints", output_padding: "ints" } },
  CumSum: { inputs: [2, 2], outputs: [1, 1], attributes: { reverse: "int" } },
  Div: binary,
  Equal: binary,
  Exp: unary,
  Expand: { inputs: [2, 2], outputs: [1, 1], attributes: none },
  GRU: {
    inputs: [3, 6],
    outputs: [1, 2],
    attributes: { hidden_size: "int", direction: "string", activations: "strings", linear_before_reset: "int" },
  },
  Gather: { inputs: [2, 2], outputs: [1, 1], attributes: { axis: "int" } },
  GatherElements: { inputs: [2, 2], outputs: [1, 1], attributes: { axis: "int" } },
  Gemm: { inputs: [2, 3], outputs: [1, 1], attributes: { alpha: "float", beta: "float", transA: "int", transB: "int" } },
  Greater: binary,
  GreaterOrEqual: binary,
  Identity: unary,
  If: { inputs: [1, 1], outputs: [1, MANY], attributes: { then_branch: "graph", else_branch: "graph" } },
  LSTM: {
    inputs: [3, 8],
    outputs: [1, 3],
    attributes: { hidden_size: "int", direction: "string", activations: "strings" },
  },
  LayerNormalization: { inputs: [2, 3], outputs: [1, 1], attributes: { axis: "int", epsilon: "float" } },
  Less: binary,
  Log: unary,
  LogSoftmax: { inputs: [1, 1], outputs: [1, 1], attributes: { axis: "int" } },
  /** Operands are the number of steps, whether to begin, and the states; the body gets the step's number and a condition as well. */
  Loop: { inputs: [2, MANY], outputs: [1, MANY], attributes: { body: "graph" } },
  MatMul: { inputs: [2, 2], outputs: [1, 1], attributes: none },
  MatMulInteger: { inputs: [2, 4], outputs: [1, 1], attributes: none },
  Max: binary,
  /** The second output, places of the largest elements in the flat operand, is added where a gradient asks for it. */
  MaxPool: { inputs: [1, 1], outputs: [1, 2], attributes: window },
  Min: binary,
  Mod: binary,
  Mul: binary,
  Neg: unary,
  Not: unary,
  Pad: { inputs: [2, 4], outputs: [1, 1], attributes: { mode: "string" } },
  Pow: binary,
  QuantizeLinear: { inputs: [2, 3], outputs: [1, 1], attributes: none },
  RNN: {
    inputs: [3, 6],
    outputs: [1, 2],
    attributes: { hidden_size: "int", direction: "string", activations: "strings" },
  },
  Range: { inputs: [3, 3], outputs: [1, 1], attributes: none },
  Reciprocal: unary,
  ReduceLogSumExp: reduce,
  ReduceMax: reduce,
  ReduceMean: reduce,
  ReduceSum: reduce,
  ReduceSumSquare: reduce,
  Relu: unary,
  Reshape: { inputs: [2, 2], outputs: [1, 1], attributes: none },
  Scan: {
    inputs: [1, MANY],
    outputs: [1, MANY],
    /** `states` inputs are carried, the others are scanned over axis 0, from the end when `reverse`; the serialiser spells that out. */
    attributes: { body: "graph", states: "int", reverse: "int" },
  },
  ScatterElements: { inputs: [3, 3], outputs: [1, 1], attributes: { axis: "int", reduction: "string" } },
  ScatterND: { inputs: [3, 3], outputs: [1, 1], attributes: { reduction: "string" } },
  Shape: { inputs: [1, 1], outputs: [1, 1], attributes: { start: "int", end: "int" } },
  Sigmoid: unary,
  Sign: unary,
  Slice: { inputs: [3, 5], outputs: [1, 1], attributes: none },
  Softmax: { inputs: [1, 1], outputs: [1, 1], attributes: { axis: "int" } },
  Split: { inputs: [2, 2], outputs: [1, MANY], attributes: { axis: "int" } },
  Sqrt: unary,
  Squeeze: { inputs: [2, 2], outputs: [1, 1], attributes: none },
  Sub: binary,
  Sum: { inputs: [1, MANY], outputs: [1, 1], attributes: none },
  Tanh: unary,
  TopK: { inputs: [2, 2], outputs: [2, 2], attributes: { axis: "int" } },
  Transpose: { inputs: [1, 1], outputs: [1, 1], attributes: { perm: "ints" } },
  Unsqueeze: { inputs: [2, 2], outputs: [1, 1], attributes: none },
  Where: { inputs: [3, 3], outputs: [1, 1], attributes: none, elementwise: true },
} as const satisfies Record<string, OperatorSpec>;

export type Operator = keyof typeof operators;

/** The attributes of an operator, by their own types. */
export type Attributes<O extends Operator> = {
  readonly [K in keyof (typeof operators)[O]["attributes"]]?: (typeof operators)[O]["attributes"][K] extends keyof AttributeTypes
    ? AttributeTypes[(typeof operators)[O]["attributes"][K]]
    : never;
};

export const isElementwise = (op: Operator): boolean => (operators[op] as OperatorSpec).elementwise === true;
