// What few pages without a bundler need, loaded by the other scripts when it is: each name is that of a module which they import dynamically.

// Of models that give no texts, or take none.
export { PredictGraphs } from "../engine/predict-graph.ts";
export { StrokeGraphs } from "../engine/stroke-graphs.ts";
export { readPixels } from "../platform/web-pixels.ts";
export { PREDICTS } from "../predict/index.ts";
export { otherReader } from "../predict/inputs/other.ts";
export { portablePictures } from "../predict/portable.ts";
// Of options that are not known.
export { requireKnown } from "../known-options.ts";
export { requireTaskOptions } from "../predict/task-options.ts";
// Of ensembles, given targets, and beams that generate.onnx does not serve.
export { Ensemble } from "../engine/ensemble.ts";
export { requireLikeMembers } from "../engine/like-members.ts";
export { scorePairs } from "../engine/score-pairs.ts";
export { beamMaker } from "../search/beam.ts";
export { scoreTargets } from "../search/score.ts";
// Of models that come as files, or to pages that may not use WebCrypto.
export { openContent, openGivenFiles } from "../source/given-files.ts";
export { sha256InJavaScript } from "../source/sha256-in-javascript.ts";
export { openModelBytes } from "../source/single-file.ts";
