import type { FloatType, Graph, Value } from "../ir.ts";

/** Ids of the tokens that a search treats alike: see the contracts in docs/design.md. */
export const PAD_ID = 0;
export const START_ID = 2;
export const END_ID = 3;

/** What a search in a graph sees of a model. */
export interface SearchDecoder {
  readonly graph: Graph;
  /** Of the logits, and of all sums. */
  readonly type: FloatType;
  /** V */
  readonly vocabulary: number;
  /** The states before the first token, one row a source: [B, ...]. */
  readonly initial: readonly Value[];
  /** What the model looks at and never changes, one row a source: [B, ...]. */
  readonly memory: readonly Value[];
  /** Feeds a token to each row: tokens [R] int64, states and memory [R, ...] -> logits [R, V] and the states after. */
  step(tokens: Value, states: readonly Value[], memory: readonly Value[]): { readonly logits: Value; readonly states: readonly Value[] };
}

/** What a search gives for B sources: K hypotheses each, the best first. */
export interface Hypotheses {
  /** [B, K, T] int32 without `<s>` and `</s>`, padded with 0. */
  readonly ids: Value;
  /** [B, K] int32, `</s>` not counted. */
  readonly lengths: Value;
  /** Log-probabilities in nats, `</s>` counted: [B, K]. */
  readonly scores: Value;
}

/** Zero, and minus infinity for what is never generated: [V]. */
export const generable = ({ graph, type, vocabulary }: Pick<SearchDecoder, "graph" | "type" | "vocabulary">): Value =>
  graph.constant(
    type,
    [vocabulary],
    Array.from({ length: vocabulary }, (_, id) => (id === PAD_ID || id === START_ID ? -Infinity : 0)),
  );
