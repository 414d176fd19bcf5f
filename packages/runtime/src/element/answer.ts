import type { Generation, Piece } from "../engine/service.ts";
import { UserError } from "../errors.ts";
import type { Model, PredictOptions } from "../model.ts";
import type { ModelInput } from "../predict/model-input.ts";
import type { Prediction } from "../predict/prediction.ts";

/** Answers an input, piece by piece where the search can say what is decided: one that compares several answers cannot, nor one without steps. */
export async function answer(
  model: Model,
  input: ModelInput,
  options: PredictOptions,
  onPiece: (piece: Piece) => void,
): Promise<Prediction> {
  const { variants, model: config } = model.manifest;
  // A model in one file has no graphs of single steps.
  const whole = config.output.kind !== "tokens" || variants.every(({ graphs }) => graphs.decoder === undefined);
  if (whole || (options.beams ?? 1) > 1 || (options.nBest ?? 1) > 1) {
    const [found] = await model.predictAll([input], options);
    if (found === undefined || "error" in found) throw new UserError(found?.error ?? "no answer");
    return found;
  }
  let result: Generation | undefined;
  for await (const piece of model.stream(input, options)) {
    if (piece.text !== "" || piece.tokens.length > 0) onPiece(piece);
    result = piece.result;
  }
  if (result === undefined) throw new Error("the stream ended without a result");
  return result;
}
