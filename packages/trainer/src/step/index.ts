export type { Example, PairReport } from "./pair-encoder.ts";
export type { BundleRecord } from "./tuned-bundle.ts";
export { Trainer } from "./trainer.ts";
export type { TrainedStep, TrainerOptions } from "./trainer.ts";
