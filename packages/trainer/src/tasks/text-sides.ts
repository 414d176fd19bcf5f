import { serializeTokenizer } from "@s2s/runtime";
import type { Tokenizer } from "@s2s/runtime";
import type { TokenizerInfo } from "@s2s/runtime/manifest";
import type { TaskData, TaskManifest } from "./task.ts";

/** Tokens that go in or come out. */
export interface TextSide {
  readonly tokenizer: Tokenizer;
  /** Longest source accepted, or longest target generated, in tokens, `</s>` included. */
  readonly maxLength: number;
}

export interface TargetSide extends TextSide {
  /** Whether targets are written from their end. */
  readonly reversed?: boolean;
}

type Sides = Pick<TaskManifest, "source" | "target" | "maxSourceLength" | "maxTargetLength">;

/** What a manifest says of tokens, and the files that it names. A side that is not there has no length. */
export function textSides({ source, target }: { readonly source?: TextSide; readonly target?: TargetSide }): {
  readonly manifest: Sides;
  readonly files: TaskData["files"];
} {
  const files: Record<string, string> = {};
  const isShared = source !== undefined && source.tokenizer === target?.tokenizer;
  const info = ({ tokenizer }: TextSide, name: string): TokenizerInfo => {
    const file = isShared ? "tokenizer.json" : `${name}.tokenizer.json`;
    files[file] = serializeTokenizer(tokenizer);
    return { tokens: tokenizer.unit, file, size: tokenizer.size };
  };
  const manifest: Sides = {
    ...(source && { source: info(source, "source") }),
    ...(target && { target: { ...info(target, "target"), ...(target.reversed && { reversed: true }) } }),
    maxSourceLength: source?.maxLength ?? 1,
    maxTargetLength: target?.maxLength ?? 1,
  };
  return { manifest, files };
}
