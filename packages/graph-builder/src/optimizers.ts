export { adam, adamw } from "./optimizers/adam.ts";
export { AVERAGE, averaged } from "./optimizers/averaged.ts";
export { clipping, type ClipOptions, globalNorm } from "./optimizers/clip.ts";
export type { AdamOptions } from "./optimizers/moments.ts";
export { nadam } from "./optimizers/nadam.ts";
export type { Optimizer, StepScalars, Updated } from "./optimizers/optimizer.ts";
export { adadelta, adagrad, rmsprop, type RmspropOptions } from "./optimizers/root-squares.ts";
export { momentum, sgd } from "./optimizers/sgd.ts";
