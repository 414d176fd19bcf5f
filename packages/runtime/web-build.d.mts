export declare const ENTRIES: Readonly<Record<string, string>>;
export interface Scripts {
  readonly root: string;
  readonly entries: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly name: string;
}
export declare function buildScripts(scripts: Scripts): Promise<void>;
export declare function buildWeb(folder?: string): Promise<void>;
