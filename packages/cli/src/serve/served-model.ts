import type { Answer, Generation, Manifest } from "@s2s/runtime";

/** Options of a generation as they come over HTTP, besides the limits that the server sets. */
export type ServedOptions = Readonly<Record<string, unknown>> & { readonly signal: AbortSignal };

/** A piece of an answer as it is decided; the last one has the whole. */
export interface ServedPiece {
  readonly text: string;
  readonly tokens: readonly string[];
  readonly result?: Generation | undefined;
}

/** What serving needs of a runtime's model. */
export interface ServedModel {
  readonly manifest: Pick<Manifest, "task" | "training">;
  readonly device: { readonly name: string; readonly reason: string };
  readonly precision: string;
  generate(text: string, options: ServedOptions): Promise<Generation>;
  generate(texts: readonly string[], options: ServedOptions): Promise<Answer[]>;
  stream(text: string, options: ServedOptions): AsyncIterable<ServedPiece>;
  dispose(): Promise<void>;
}
