import * as v from "valibot";
import { size } from "./fields.ts";

/** Of the task `draw`. */
export const DrawSchema = v.strictObject({
  mixtures: size(20, "Gaussians that a point is drawn from (Graves 2013)", 1000),
});
