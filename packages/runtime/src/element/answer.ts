import type { Generation, Piece } from "../engine/service.ts";
import type { GenerateOptions, Model } from "../model.ts";

/** Answers a text, piece by piece where the search can say what is decided: one that compares several answers cannot. */
export async function answer(model: Model, text: string, options: GenerateOptions, onPiece: (piece: Piece) => void): Promise<Generation> {
  // A model in one file has no graphs of single steps.
  const whole = model.manifest.variants.every(({ graphs }) => graphs.decoder === undefined);
  if (whole || (options.beams ?? 1) > 1 || (options.nBest ?? 1) > 1) return model.generate(text, options);
  let result: Generation | undefined;
  for await (const piece of model.stream(text, options)) {
    if (piece.text !== "" || piece.tokens.length > 0) onPiece(piece);
    result = piece.result;
  }
  if (result === undefined) throw new Error("the stream ended without a result");
  return result;
}
