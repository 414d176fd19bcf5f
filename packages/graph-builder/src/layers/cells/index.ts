import type { CellName } from "@s2s/runtime/manifest";
import type { CellKind } from "./cell.ts";
import { gruResetAfter } from "./gru-reset-after.ts";
import { gru } from "./gru.ts";
import { layerNormLstm } from "./layer-norm-lstm.ts";
import { lstm } from "./lstm.ts";
import { rnn, rnnRelu } from "./rnn.ts";

/** Every recurrent cell, by the name that configurations use. */
export const CELLS: Readonly<Record<CellName, CellKind>> = {
  rnn,
  "rnn-relu": rnnRelu,
  gru,
  "gru-reset-after": gruResetAfter,
  lstm,
  "layer-norm-lstm": layerNormLstm,
};
