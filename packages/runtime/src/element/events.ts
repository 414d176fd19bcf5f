import type { Generation, LoadProgress } from "../engine/service.ts";
import type { Model } from "../model.ts";
import type { ModelInput } from "../predict/model-input.ts";
import type { Prediction } from "../predict/prediction.ts";

/** The model is there. */
export interface LoadDetail {
  readonly model: Model;
  /** Milliseconds since it was asked for. */
  readonly duration: number;
}

/** A piece of the answer was decided. */
export interface TokenDetail {
  readonly text: string;
  readonly tokens: readonly string[];
  /** The answer up to and with this piece. */
  readonly answer: string;
}

/** An answer is complete. */
export interface ResultDetail {
  /** The text, or what else was asked. */
  readonly source: ModelInput;
  readonly prediction: Prediction;
  /** The same, where it is a text. */
  readonly generation: Generation | undefined;
  /** Milliseconds since it was sent; loading the model is part of the first. */
  readonly duration: number;
}

/** What went wrong, in the developer's words; the visitor reads others in the element unless the event is cancelled. */
export interface ErrorDetail {
  readonly error: Error;
  readonly phase: "load" | "generate";
}

/** Each event bubbles and crosses the borders of shadow trees. */
export interface S2sModelEventMap {
  "s2s-progress": CustomEvent<LoadProgress>;
  "s2s-load": CustomEvent<LoadDetail>;
  "s2s-token": CustomEvent<TokenDetail>;
  "s2s-result": CustomEvent<ResultDetail>;
  "s2s-error": CustomEvent<ErrorDetail>;
}

export interface TypedEvents {
  addEventListener<Name extends keyof S2sModelEventMap>(
    name: Name,
    listener: (event: S2sModelEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Returns false where a listener has cancelled it. */
export function emit<Name extends keyof S2sModelEventMap>(
  target: EventTarget,
  name: Name,
  detail: S2sModelEventMap[Name]["detail"],
): boolean {
  return target.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: name === "s2s-error" }));
}
