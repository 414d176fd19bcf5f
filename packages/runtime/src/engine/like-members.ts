import type { Bundle } from "../bundle.ts";
import { UserError } from "../errors.ts";
import { MANIFEST_FILE } from "../manifest.ts";
import type { Members } from "./members.ts";

/** What must be the same, in words, of every member, and what to do instead of an ensemble. */
const PARTS: readonly (readonly [what: string, part: (bundle: Bundle) => unknown, instead?: string])[] = [
  ["task", ({ manifest }) => manifest.task],
  ["source vocabulary", ({ source }) => source?.data],
  ["target vocabulary", ({ target }) => target?.data],
  ["decoder.reverseTarget", ({ manifest }) => manifest.target?.reversed ?? false, "put their n-best answers in order by s2s score"],
  ["labels", ({ labels }) => labels],
  ["series", ({ manifest: { series } }) => series && [series.inputs, series.outputs, series.window]],
  ["form of the input", ({ manifest }) => inputForm(manifest.model.input)],
  ["form of the output", ({ manifest }) => outputForm(manifest.model.output)],
];

/** @throws UserError that names the first member which differs from the first one, and in what */
export function requireLikeMembers([first, ...others]: Members): void {
  const where = ({ files }: Bundle): string => files.locate(MANIFEST_FILE);
  if (others.length > 0 && first.manifest.model.output.kind === "strokes")
    throw new UserError(`${where(first)}: draws, and drawings cannot be averaged; load it without an ensemble`);
  for (const other of others) {
    const differs = PARTS.find(([, part]) => JSON.stringify(part(first)) !== JSON.stringify(part(other)));
    if (differs === undefined) continue;
    const [what, , instead] = differs;
    const advice = instead === undefined ? "" : `; ${instead}`;
    throw new UserError(`${where(other)}: has another ${what} than ${where(first)}; an ensemble's members must have the same${advice}`);
  }
}

/** What a caller sees of it: how an input is computed with may differ. */
function inputForm(input: Bundle["manifest"]["model"]["input"]): unknown {
  switch (input.kind) {
    case "image":
    case "frames":
      return [input.kind, input.channels, input.height, input.width];
    case "vector":
    case "vectors":
      return [input.kind, input.width];
    default:
      return input.kind;
  }
}

function outputForm(output: Bundle["manifest"]["model"]["output"]): unknown {
  return output.kind === "numbers" ? [output.kind, output.steps, output.width] : output.kind;
}
