import type { Tokenizer } from "@s2s/runtime";
import { loadDataset } from "../data/dataset.ts";
import { bundleEncoding, encodeCorpus } from "../data/encode.ts";
import { longestLengths } from "../data/pairs.ts";
import type { Pairs } from "../data/pairs.ts";
import { decodeWithBundle } from "../decode-bundle.ts";
import { exactMatch } from "../evaluate.ts";
import { modelConfig } from "../model-config.ts";
import { pairEnding } from "./asking.ts";
import { lengthLimit } from "./lengths.ts";
import { readQuestions } from "./questions.ts";
import type { Task } from "./task.ts";
import { textSides } from "./text-sides.ts";
import type { TextSide } from "./text-sides.ts";
import { tokenFigures } from "./token-figures.ts";

/** Text to text, both in memory as pairs of ids. */
export const textToText: Task<Pairs> = {
  name: "translate",
  unit: "token",
  sources: ["text"],
  writesTokens: true,
  ask: (folder) => `translate ${folder} "some text"`,
  fileEnding: pairEnding,
  modelOf: modelConfig,
  async load(config) {
    const { train, valid, source, target, filter, digest } = await loadDataset(config);
    const longest = longestLengths(train, valid);
    const side = (tokenizer: Tokenizer, length: number): TextSide => ({ tokenizer, maxLength: lengthLimit(length) });
    const { reverseTarget: reversed } = config.decoder;
    const { manifest, files } = textSides({
      source: side(source, longest.source),
      target: { ...side(target, longest.target), reversed },
    });
    return {
      train,
      valid,
      model: modelConfig(config, { source: source.size, target: target.size }),
      manifest: { task: "translate", ...manifest },
      files,
      filter,
      digest,
    };
  },
  async read(file, { data }, bundle) {
    const { source, target } = bundleEncoding(bundle);
    return (await encodeCorpus(file, data, source, target)).pairs;
  },
  questions: readQuestions,
  figures: tokenFigures,
  worth: ({ sequenceAccuracy = Number.NaN }) => sequenceAccuracy,
  async measure(bundle, pairs, { limit = pairs.count, ...options } = {}) {
    return { sequenceAccuracy: await exactMatch(pairs, limit, (sources) => decodeWithBundle(bundle, sources, options)) };
  },
};
