import { platform } from "#platform";
import type { Refusal } from "../engine/service.ts";
import { UserError } from "../errors.ts";

/** An input as it can be sent to another thread; what cannot be read is refused in its place. */
export type PortableInput = readonly [input: unknown] | Refusal;

/** Another thread has neither a page's elements nor, in a page, its canvas: pictures, and those of lists, become pixels. */
export async function portablePictures(inputs: readonly unknown[]): Promise<PortableInput[]> {
  const found: PortableInput[] = [];
  for (const input of inputs) {
    try {
      found.push([Array.isArray(input) ? await Promise.all(input.map(pixelsOf)) : await pixelsOf(input)]);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      found.push({ error: error.message });
    }
  }
  return found;
}

/** What is no picture that has to be read here stays as it is. */
const pixelsOf = async (picture: unknown): Promise<unknown> => (await platform.readPixels(picture)) ?? picture;
