import type { Example, PairReport } from "../step/pair-encoder.ts";
import type { LessonStep, TeachOptions } from "./lesson.ts";

/** What the page asks its worker for, with what comes back. */
export interface Calls {
  readonly open: { readonly args: readonly [address: string, cache: boolean]; readonly value: { readonly learningRate: number } };
  readonly describe: { readonly args: readonly [pairs: readonly Example[]]; readonly value: readonly PairReport[] };
  readonly answers: {
    readonly args: readonly [texts: readonly string[]];
    readonly value: { readonly before: readonly string[]; readonly now: readonly string[] };
  };
  /** Comes back when it has learned them, when the epochs are over or when it was stopped. */
  readonly teach: {
    readonly args: readonly [pairs: readonly Example[], options: TeachOptions];
    readonly value: { readonly stopped: boolean };
  };
  readonly stop: { readonly args: readonly []; readonly value: null };
  readonly reset: { readonly args: readonly []; readonly value: null };
  readonly weights: { readonly args: readonly []; readonly value: Uint8Array<ArrayBuffer> };
}

export type Method = keyof Calls;
export type Request = { [M in Method]: { readonly id: number; readonly method: M; readonly args: Calls[M]["args"] } }[Method];

/** What comes on the way to an answer. */
export type Event =
  | { readonly kind: "download"; readonly loaded: number; readonly total: number | undefined }
  | { readonly kind: "steps"; readonly steps: readonly LessonStep[] };

export type Reply =
  | { readonly id: number; readonly event: Event }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };
