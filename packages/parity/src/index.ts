export { crossEntropy } from "./reference/cross-entropy.ts";
export type { Weights } from "./reference/parameters.ts";
export { Reference } from "./reference/seq2seq.ts";
export type { DecoderStates, IdPair } from "./reference/seq2seq.ts";
export { searchReference } from "./reference/search.ts";
export type { Found, FoundHypothesis, SearchSpec, StepReference } from "./reference/search.ts";
