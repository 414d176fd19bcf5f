import type { Manifest } from "./manifest.ts";

/** Files whose content the runtime itself reads: names of tokens and labels. */
export const namesOf = ({ source, target, labels }: Manifest): string[] =>
  [source?.file, target?.file, labels?.file].filter((name) => name !== undefined);
