export { crossEntropy } from "./reference/cross-entropy.ts";
export type { Weights } from "./reference/parameters.ts";
export { Reference } from "./reference/seq2seq.ts";
export type { DecoderStates, IdPair } from "./reference/seq2seq.ts";
