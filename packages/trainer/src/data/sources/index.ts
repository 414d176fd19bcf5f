import { dirname, resolve } from "node:path";
import { readImage, UserError } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import type { InputConfig, InputOf } from "@s2s/runtime/manifest";
import { listOf } from "../../config/fields.ts";
import type { Config } from "../../config.ts";
import { encoderOf } from "../../model-config.ts";
import type { SourceReader } from "./source.ts";
import { bundleTexts, learnTexts } from "./text.ts";
import { numberReader } from "./vectors.ts";

export type SourceKind = NonNullable<Config["source"]["kind"]>;

/** Sources of a file that a model is to be trained on. */
export function sourceReader(kind: SourceKind, config: Config, file: string): SourceReader {
  if (kind === "text") return learnTexts(config);
  const encoder = encoderOf(config);
  const longest = config.source.maxLength;
  switch (kind) {
    case "vectors":
      return numberReader({ ...FORMS.vectors, input: ([width]) => ({ kind, width: width! }), encoder, longest }, file);
    case "vector":
      return numberReader({ ...FORMS.vector, input: ([width]) => ({ kind, width: width! }), encoder: null }, file);
    case "image": {
      const shape = imageShape(config, Math.min(config.source.height, config.source.width));
      const { channels, height, width } = config.source;
      const input = { kind, channels, height, width, ...shape };
      return numberReader({ ...FORMS.image, input: () => input, encoder: null, load: loader(input, config.data) }, file);
    }
    case "frames": {
      const input = ([channels, height, width]: readonly number[]): InputConfig => {
        const picture = { channels: channels!, height: height!, width: width! };
        return { kind, ...picture, ...imageShape(config, Math.min(picture.height, picture.width)) };
      };
      return numberReader({ ...FORMS.frames, input, encoder, longest }, file);
    }
  }
}

/** Levels of lists in a file, and whether the first of them are steps. */
const FORMS = {
  vectors: { rank: 2, stepwise: true },
  vector: { rank: 1, stepwise: false },
  image: { rank: 3, stepwise: false },
  frames: { rank: 4, stepwise: true },
} as const;

/** Sources of a file as a trained model takes them. */
export function bundleSources(bundle: Bundle, data: Config["data"], file: string): SourceReader {
  const { input, encoder } = bundle.manifest.model;
  switch (input.kind) {
    case "tokens":
      return bundleTexts(bundle);
    case "vectors":
    case "vector":
      return numberReader({ ...FORMS[input.kind], input: () => input, encoder }, file, [input.width]);
    case "image":
      return numberReader({ ...FORMS.image, input: () => input, encoder, load: loader(input, data) }, file);
    case "frames":
      return numberReader({ ...FORMS.frames, input: () => input, encoder }, file, [input.channels, input.height, input.width]);
    case "none":
      throw new UserError(`${file}: this model takes no source`);
  }
}

/** The kind of the sources that a model was trained on. */
export const kindOf = ({ kind }: InputConfig): SourceKind => (kind === "tokens" || kind === "none" ? "text" : kind);

/** @param smallest width or height of the pictures */
function imageShape({ encoder }: Config, smallest: number): Pick<InputOf<"image">, "filters" | "kernel" | "normalization" | "features"> {
  const { kernel, normalization, features } = encoder;
  const filters = listOf(encoder.filters).map(Number);
  if (filters.length === 0 || !filters.every((count) => Number.isInteger(count) && count >= 1 && count <= 4096))
    throw new UserError(
      `encoder.filters must be whole numbers from 1 to 4096, separated by commas, but is ${JSON.stringify(encoder.filters)}`,
    );
  if (kernel % 2 === 0) throw new UserError(`encoder.kernel must be odd, but is ${kernel}`);
  if (2 ** filters.length > smallest)
    throw new UserError(
      `encoder.filters has ${filters.length} blocks, each of which halves a picture, but that is ${smallest} pixels wide or high: at most ${Math.floor(Math.log2(smallest))} fit`,
    );
  return { filters, kernel, normalization, features };
}

function loader(shape: Pick<InputOf<"image">, "channels" | "height" | "width">, { images }: Config["data"]) {
  return async (source: unknown, where: string, file: string) => {
    const path = resolve(images ?? dirname(file), source as string);
    const data = await readImage(path, shape).catch((error: unknown) => {
      throw error instanceof UserError ? new UserError(`${where}: ${error.message}`, { cause: error }) : error;
    });
    return { shape: [shape.channels, shape.height, shape.width], data };
  };
}
