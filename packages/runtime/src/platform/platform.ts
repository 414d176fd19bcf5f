import type { Provider } from "../providers.ts";

/** All that differs between Node and a browser. `#platform` is the one of where the program runs. */
export interface Platform {
  /** First part of a device's long name. */
  readonly family: "node" | "chromium";
  /** The providers there are builds for; the first is what runs where nothing else is asked for. */
  readonly providers: readonly Provider[];
  /** Before ONNX Runtime is loaded. */
  prepareOrt(): void;
  /** A file by its path (Node) or address (page), in whole. @throws UserError where there is none */
  readFile(path: string): Promise<Uint8Array>;
}
