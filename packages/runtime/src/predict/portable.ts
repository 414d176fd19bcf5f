import { platform } from "#platform";
import type { Refusal } from "../engine/service.ts";
import { UserError } from "../errors.ts";
import type { InputConfig } from "../manifest.ts";

/**
 * Inputs as they can be sent to another thread, which has neither a page's elements nor, in a page, its canvas: pictures become pixels. What cannot be
 * read is refused in its place.
 */
export async function portable(
  kind: InputConfig["kind"],
  inputs: readonly unknown[],
): Promise<readonly (readonly [input: unknown] | Refusal)[]> {
  if (kind !== "image" && kind !== "frames") return inputs.map((input) => [input]);
  const found: (readonly [input: unknown] | Refusal)[] = [];
  for (const input of inputs) {
    try {
      found.push([kind === "frames" && Array.isArray(input) ? await Promise.all(input.map(pixelsOf)) : await pixelsOf(input)]);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      found.push({ error: error.message });
    }
  }
  return found;
}

/** What is no picture that has to be read here stays as it is. */
const pixelsOf = async (picture: unknown): Promise<unknown> => (await platform.readPixels(picture)) ?? picture;
