import { KINDS, type Made } from "../../support/task-bundles.ts";

const { model, ...translate } = KINDS.translate;

/** All that a decoder can have: it copies, minds what it attended to before, and is fed what it read out. */
export const COPYING: Made = {
  ...translate,
  model: {
    input: { ...model.input, embedding: 5 },
    encoder: { cell: "lstm", hidden: 7, layers: 1, bidirectional: false, reverseSource: true, residual: false },
    output: {
      ...model.output,
      cell: "lstm",
      hidden: 8,
      bridge: "zero",
      attention: "additive",
      coverage: true,
      inputFeeding: true,
      copy: true,
    },
  },
};
