import { FORECAST_MODES } from "@s2s/runtime/manifest";
import * as v from "valibot";
import { choice, described, size, text, whole } from "./fields.ts";

/** Of the tasks `forecast` and `next` over numbers. */
export const ForecastSchema = v.strictObject({
  inputs: described(v.optional(text), "columns that are looked at, separated by commas (default: every column of numbers)"),
  outputs: described(v.optional(text), "columns that are forecast, separated by commas (default: the first of the inputs)"),
  window: size(24, "steps that are looked back upon", 100_000),
  horizon: size(1, "steps that are forecast", 100_000),
  mode: choice(FORECAST_MODES, "direct", "all steps at once, or one at a time, each fed back"),
  missing: choice(
    ["refuse", "previous", "linear", "skip"],
    "refuse",
    "numbers that are missing: an error, the last one before, a line between their neighbours, or leave the steps around them out",
  ),
  season: described(v.optional(whole(1, 100_000)), "steps of a season, for the seasonal-naive baseline and MASE (default: 1)"),
});
