/** How far a download is; sizes in bytes, before compression. */
export interface DownloadProgress {
  readonly phase: "download";
  /** The file that the last bytes belong to. */
  readonly file: string;
  readonly loaded: number;
  /** Of all files together; undefined where the server does not say the size of the only one. */
  readonly total: number | undefined;
}

export interface SourceOptions {
  /** Whether the browser may keep the files for the next visit (default true). */
  readonly cache?: boolean | undefined;
  /** Stops the download; the call fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}
