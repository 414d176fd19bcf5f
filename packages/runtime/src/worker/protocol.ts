import type { Failure } from "./failure.ts";

/** What the model's side is asked for: a method of `Service` with its arguments, or to stop one. */
export type Request =
  | {
      readonly id: number;
      readonly method: "open" | "generate" | "stream" | "score" | "predict" | "dispose";
      readonly args: readonly unknown[];
    }
  | { readonly abort: number };

/** What it says: that it is there, something on the way to an answer, and the answer. */
export type Reply =
  | { readonly ready: true }
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };

/** The caller's end of a connection to a worker that has said that it is there. */
export interface Channel {
  post(request: Request): void;
  /** Replies, and the error with which the worker ended, where nobody ended it. */
  listen(onReply: (reply: Reply) => void, onEnd: (error: Error) => void): void;
  /** Whether an answer is awaited: a program does not go on for the sake of an idle worker. */
  setBusy(busy: boolean): void;
  close(): Promise<void>;
}

/** The worker's end. */
export interface Port {
  post(reply: Reply): void;
  listen(onRequest: (request: Request) => void): void;
}
