import type { CellName } from "@s2s/runtime/manifest";
import type { Cell } from "./cell.ts";
import { gruCell, gruResetAfterCell } from "./gru.ts";
import { layerNormLstmCell } from "./layer-norm-lstm.ts";
import { lstmCell } from "./lstm.ts";
import type { Parameters } from "./parameters.ts";
import { RELU, TANH, rnnCell } from "./rnn.ts";

/** Every cell, by the name that configurations use: from the parameters under a name. */
export const REFERENCE_CELLS: Readonly<Record<CellName, (parameters: Parameters, name: string) => Cell>> = {
  rnn: (...from) => rnnCell(TANH, ...from),
  "rnn-relu": (...from) => rnnCell(RELU, ...from),
  gru: gruCell,
  "gru-reset-after": gruResetAfterCell,
  lstm: lstmCell,
  "layer-norm-lstm": layerNormLstmCell,
};
