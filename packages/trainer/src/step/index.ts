export type { Example, PairReport } from "./pair-encoder.ts";
export type { BundleRecord } from "./tuned-bundle.ts";
export { openTrainer, Trainer } from "./trainer.ts";
export type { OpenTrainerOptions, TrainedStep, TrainerOptions } from "./trainer.ts";
