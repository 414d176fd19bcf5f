import type { TokenUnit, Vocabulary } from "@s2s/runtime";
import type { TokenizerInfo } from "@s2s/runtime/manifest";
import type { TaskData, TaskManifest } from "./task.ts";

/** Tokens that go in or come out. */
export interface TextSide {
  readonly tokens: TokenUnit;
  readonly vocabulary: Vocabulary;
  /** Longest source accepted, or longest target generated, in tokens, `</s>` included. */
  readonly maxLength: number;
}

type Sides = Pick<TaskManifest, "source" | "target" | "maxSourceLength" | "maxTargetLength">;

/** What a manifest says of tokens, and the files that it names. A side that is not there has no length. */
export function textSides({ source, target }: { readonly source?: TextSide; readonly target?: TextSide }): {
  readonly manifest: Sides;
  readonly files: TaskData["files"];
} {
  const files: Record<string, string> = {};
  const info = (side: TextSide, name: string): TokenizerInfo => {
    const file = `${name}.vocabulary.json`;
    files[file] = side.vocabulary.serialize();
    return { tokens: side.tokens, normalization: "NFC", vocabulary: file, size: side.vocabulary.size };
  };
  const manifest: Sides = {
    ...(source && { source: info(source, "source") }),
    ...(target && { target: info(target, "target") }),
    maxSourceLength: source?.maxLength ?? 1,
    maxTargetLength: target?.maxLength ?? 1,
  };
  return { manifest, files };
}
