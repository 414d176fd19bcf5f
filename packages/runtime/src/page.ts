// What the package gives to a page: of index.ts all that needs no file system and no processes.
export type { Answer, Device, DeviceName, Generation, LoadProgress, Pair, Piece, Refusal, Score } from "./engine/service.ts";
export { UserError } from "./errors.ts";
export { pictureInput } from "./images/pixels.ts";
export type { PictureShape, Pixels } from "./images/pixels.ts";
export { load } from "./load.ts";
export type { LoadOptions } from "./load.ts";
export type { Manifest } from "./manifest.ts";
export { Model } from "./model.ts";
export type { GenerateOptions, PredictOptions, ScoringOptions, StreamPiece, Thread } from "./model.ts";
export type { ModelInput, Picture, SeriesRow } from "./predict/model-input.ts";
export type { Classification, Drawing, Forecast, NumberSteps, Prediction, PredictionOf, Stroke, Tagging } from "./predict/prediction.ts";
export type { BundleSource } from "./source/source.ts";
