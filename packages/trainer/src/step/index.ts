export { openTrainer } from "./open-trainer.ts";
export type { OpenTrainerOptions } from "./open-trainer.ts";
export type { TrainerOptions } from "./options.ts";
export type { Example, PairReport } from "./pair-encoder.ts";
export { Trainer } from "./trainer.ts";
export type { TrainedStep } from "./trainer.ts";
export type { BundleRecord } from "./tuned-bundle.ts";
