import { TASKS } from "@s2s/runtime/manifest";
import * as v from "valibot";
import { DataSchema } from "./config/data.ts";
import { DecoderSchema } from "./config/decoder.ts";
import { DrawSchema } from "./config/draw.ts";
import { EncoderSchema } from "./config/encoder.ts";
import { choice } from "./config/fields.ts";
import { ForecastSchema } from "./config/forecast.ts";
import { SourceSchema, TargetSchema } from "./config/sides.ts";
import { TrainingSchema } from "./config/training.ts";

/** The whole of `s2s.config.json`: every key has a type, a bound and a default; unknown keys are refused. */
export const ConfigSchema = v.strictObject({
  $schema: v.optional(v.string()),
  task: choice(TASKS, "translate", "what the model is for"),
  data: v.optional(DataSchema, {}),
  source: v.optional(SourceSchema, {}),
  target: v.optional(TargetSchema, {}),
  encoder: v.optional(EncoderSchema, {}),
  decoder: v.optional(DecoderSchema, {}),
  forecast: v.optional(ForecastSchema, {}),
  draw: v.optional(DrawSchema, {}),
  training: v.optional(TrainingSchema, {}),
});

/** A configuration as a person writes it: everything optional. */
export type ConfigInput = v.InferInput<typeof ConfigSchema>;
/** A resolved configuration: every default filled in. */
export type Config = v.InferOutput<typeof ConfigSchema>;
