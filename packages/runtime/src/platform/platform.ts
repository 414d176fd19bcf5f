import type { BundleFiles } from "../bundle.ts";
import type { Pixels } from "../images/pixels.ts";
import type { Provider } from "../providers.ts";

/** All that differs between Node and a browser where a model works. `#platform` is the one of where the program runs. */
export interface Platform {
  /** First part of a device's long name; every browser counts as Chromium. */
  readonly family: "node" | "chromium";
  /** The providers there are builds for; the first is what runs where nothing else is asked for. */
  readonly providers: readonly Provider[];
  /** A file by its path (Node) or address (page), in whole. @throws UserError where there is none */
  readFile(path: string): Promise<Uint8Array>;
  /** Opens a bundle in the machine's own file system; pages have none. */
  readonly openPath?: ((path: string | URL) => Promise<BundleFiles>) | undefined;
  /** The pixels of what only this side can read as a picture (files, a page's elements); undefined for what is none of it. @throws UserError where it is damaged */
  readPixels(picture: unknown): Promise<Pixels | undefined>;
  /** What an address that a caller gives means, wherever it is read. */
  resolveAddress(source: string | URL): string;
  /** Whether a provider is there, before anything is loaded on it. @throws UserError with what it needs */
  requireProvider(provider: Provider): Promise<void>;
  /** Lets the thread hear what happened meanwhile. */
  pause(): Promise<void>;
}
