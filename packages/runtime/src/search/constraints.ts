import { END_ID, PAD_ID, START_ID } from "../vocabulary.ts";
import { tokensOf, type Path } from "./hypothesis.ts";
import type { SearchSettings } from "./settings.ts";

/**
 * Which tokens may follow a path. A prefix comes first and is bound by no rule, though its tokens count for them. Then `<pad>` and
 * `<s>` never follow, `</s>` not before `minLength` tokens, and nothing that would repeat an n-gram. Where that leaves no
 * token with a probability above 0, `</s>` may follow after all.
 */
export class Constraints {
  /** [V], 1 for what may not follow: one array that is changed from row to row, since V can be large and what is banned is little. */
  readonly #banned: Uint8Array;
  /** What is banned for the row at hand alone. */
  #passing: number[] = [];
  readonly #settings: SearchSettings;

  constructor(settings: SearchSettings, vocabularySize: number) {
    this.#settings = settings;
    this.#banned = new Uint8Array(vocabularySize);
    this.#banned[PAD_ID] = 1;
    this.#banned[START_ID] = 1;
  }

  /** [V], 1 for what may not follow the path whose logits begin at `from`; it holds until the next call. */
  banned(path: Path, logits: Float32Array, from: number): Uint8Array {
    const banned = this.#banned;
    for (const id of this.#passing) banned[id] = 0;
    const { minLength, noRepeatNgram } = this.#settings;
    this.#passing = noRepeatNgram > 0 ? repeating(tokensOf(path), noRepeatNgram) : [];
    if (path.length < minLength) this.#passing.push(END_ID);
    if (this.#passing.length > 0) {
      for (const id of this.#passing) banned[id] = 1;
      if (!leavesAny(logits, from, banned)) banned[END_ID] = 0;
    }
    return banned;
  }
}

/** The ids after which the last n tokens would be a sequence that the tokens already have. */
function repeating(tokens: readonly number[], n: number): number[] {
  const ids: number[] = [];
  const tail = tokens.length - n + 1;
  for (let start = 0; start < tail; start += 1) {
    let same = 0;
    while (same < n - 1 && tokens[start + same] === tokens[tail + same]) same += 1;
    if (same === n - 1) ids.push(tokens[start + n - 1] as number);
  }
  return ids;
}

/** Stops at the first one, which is nearly always among the first few ids. */
function leavesAny(logits: Float32Array, from: number, banned: Uint8Array): boolean {
  for (let id = 0; id < banned.length; id += 1) if (banned[id] === 0 && (logits[from + id] as number) > -Infinity) return true;
  return false;
}
