export { chunkedCrossEntropy, type ChunkedOptions } from "./losses/chunked.ts";
export { correct, type CrossEntropy, crossEntropy } from "./losses/cross-entropy.ts";
export { sampledCrossEntropy, type SampledOptions, type SamplingDistribution, samplingProbabilities } from "./losses/sampled.ts";
