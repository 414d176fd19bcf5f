import type { Value } from "../ir.ts";
import { and, greater, not, where } from "../ops/elementwise.ts";
import type { Scope } from "../scope.ts";
import { kept } from "./dropout.ts";

const UNKNOWN_ID = 1;
/** Ids up to this one are special: a sequence's padding, beginning and end are never dropped. */
const LAST_SPECIAL_ID = 3;

/**
 * Word dropout (Iyyer et al. 2015; of a decoder's inputs: Bowman et al. 2016): every token becomes `<unk>` with probability `wordDropout.rate`,
 * so that no prediction hangs on one word alone and `<unk>` has an embedding that means "some word". ids [...] int32 -> [...].
 * Where the scope has no rate (evaluation, inference) ids stay as they are.
 */
export function wordDropout(scope: Scope, ids: Value): Value {
  const { wordDropout: options } = scope.options;
  if (!options || options.rate === 0) return ids;
  const dropped = and(not(kept(scope, ids.graph, ids.shape, options)), greater(ids, LAST_SPECIAL_ID));
  return where(dropped, UNKNOWN_ID, ids);
}
