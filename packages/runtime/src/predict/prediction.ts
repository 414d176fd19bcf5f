import type { GenerateData, Generation } from "../engine/service.ts";
import type { TaskName } from "../manifest.ts";

/** How sure the model is of a label, from 0 to 1. */
export interface LabelProbability {
  readonly label: string;
  readonly probability: number;
}

/** The most probable label and, best first, the `topK` most probable ones. */
export interface Classification extends LabelProbability {
  readonly labels: readonly LabelProbability[];
}

/** A label for each token of the text (of other inputs: for each step, without tokens). */
export interface Tagging {
  readonly tokens?: readonly string[] | undefined;
  readonly labels: readonly string[];
  readonly probabilities: readonly number[];
}

/** Numbers to come, step by step: by column where the model was trained on a series. */
export interface Forecast {
  readonly steps: readonly Readonly<Record<string, number>>[];
}
export interface NumberSteps {
  readonly steps: readonly (readonly number[])[];
}

/** Where the pen goes from point to point, in the units of the training data, and whether it is lifted after the point (1) or not (0). */
export type Stroke = readonly [dx: number, dy: number, lifted: 0 | 1];

export interface Drawing {
  readonly strokes: readonly Stroke[];
  /** The same as a picture that can be saved or shown. */
  readonly svg: string;
}

export type Prediction = Generation | Classification | Tagging | Forecast | NumberSteps | Drawing;

interface Predictions {
  readonly translate: Generation;
  readonly caption: Generation;
  readonly generate: Generation;
  readonly classify: Classification;
  readonly tag: Tagging;
  readonly next: Classification | NumberSteps;
  readonly forecast: Forecast | NumberSteps;
  readonly draw: Drawing;
}

/** What a model of a task gives: `model.predict<"classify">(text)`. */
export type PredictionOf<T extends TaskName> = Predictions[T];

/** Of a model that generates tokens all that `generate` takes; others take some of the names, each where it means something. */
export interface PredictData extends GenerateData {
  /** Of drawings: how much more careful than the model, which makes them neater (default 0; Graves 2013, section 5.4). */
  readonly bias?: number | undefined;
}
