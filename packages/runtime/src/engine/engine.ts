import { platform } from "#platform";
import type { Bundle } from "../bundle.ts";
import { UserError } from "../errors.ts";
import { requireKnown } from "../known-options.ts";
import { Queue } from "../queue.ts";
import { type Interruption, SEARCH_DATA_NAMES, type SearchOptions } from "../search/options.ts";
import { openEngine, type Opened } from "./open.ts";
import type { Graphs } from "./graphs.ts";
import type {
  Answer,
  Following,
  GenerateData,
  ModelInfo,
  OpenRequest,
  Pair,
  Piece,
  Refusal,
  Score,
  ScoreData,
  Service,
} from "./service.ts";
import { Texts } from "./texts.ts";

/** A bundle that answers, in the thread that opened it. Dispose of it: its sessions live outside of JavaScript's memory. */
export class Engine implements Service {
  readonly info: ModelInfo;
  readonly #bundle: Bundle;
  readonly #graphs: Graphs;
  readonly #texts: Texts;
  readonly #queue = new Queue();

  private constructor({ bundle, graphs, device }: Opened) {
    this.info = { manifest: bundle.manifest, device, precision: bundle.variant.precision };
    this.#bundle = bundle;
    this.#graphs = graphs;
    this.#texts = new Texts(bundle);
  }

  /** @throws UserError for a bundle that cannot be used or a device that is not there */
  static async open(request: OpenRequest, following: Following = {}): Promise<Engine> {
    return new Engine(await openEngine(request, following));
  }

  async generate(texts: readonly string[], data: GenerateData, signal?: AbortSignal): Promise<Answer[]> {
    return this.#inTurn(signal, (interruption) => this.#generate(texts, data, interruption));
  }

  async stream(text: string, data: GenerateData, onPiece: (piece: Piece) => void, signal?: AbortSignal): Promise<Answer> {
    return this.#inTurn(signal, async (interruption) => {
      const pieces = this.#texts.pieces();
      const onToken = (_: number, id: number): void => onPiece(pieces.add(id));
      const [answer] = await this.#generate([text], data, { ...interruption, onToken });
      const rest = pieces.end();
      if (rest !== "") onPiece({ text: rest, tokens: [] });
      return answer as Answer;
    });
  }

  async score(pairs: readonly Pair[], data: ScoreData, signal?: AbortSignal): Promise<(Score | Refusal)[]> {
    requireKnown(data, ["batchSize"]);
    requirePairs(pairs);
    return this.#inTurn(signal, async (interruption) => {
      const results: (Score | Refusal)[] = [];
      const sources: number[][] = [];
      const targets: number[][] = [];
      const places: number[] = [];
      for (const [place, [source, target]] of pairs.entries()) {
        const ids = this.#texts.encodeSource(source) ?? { error: "the source has no token; leave the pair out" };
        results[place] = "error" in ids ? ids : { score: 0, tokens: [] };
        if ("error" in ids) continue;
        sources.push(ids);
        targets.push(this.#texts.encodeTarget(target, "a target"));
        places.push(place);
      }
      const scores = await this.#graphs.score(sources, targets, { batchSize: data.batchSize, ...interruption });
      for (const [i, score] of scores.entries()) results[places[i] as number] = this.#texts.score(targets[i] ?? [], score);
      return results;
    });
  }

  async dispose(): Promise<void> {
    await this.#queue.add(() => this.#graphs.dispose());
  }

  async #inTurn<T>(signal: AbortSignal | undefined, work: (interruption: Interruption) => Promise<T>): Promise<T> {
    return this.#queue.add(async () => {
      signal?.throwIfAborted();
      return work({ signal, pause: platform.pause });
    });
  }

  async #generate(
    texts: readonly string[],
    options: GenerateData,
    following: Pick<SearchOptions, "signal" | "pause" | "onToken">,
  ): Promise<Answer[]> {
    requireKnown(options, SEARCH_DATA_NAMES);
    const { prefix, ...data } = options;
    const nBest = data.nBest ?? 1;
    const answers: Answer[] = [];
    const sources: number[][] = [];
    const places: number[] = [];
    for (const [place, text] of texts.entries()) {
      const ids = this.#texts.encodeSource(text);
      answers[place] = ids !== undefined && "error" in ids ? ids : this.#texts.empty(nBest);
      if (ids === undefined || "error" in ids) continue;
      sources.push(ids);
      places.push(place);
    }
    const found = await this.#graphs.search(sources, {
      ...data,
      ...following,
      maxLength: data.maxLength ?? this.#bundle.manifest.maxTargetLength,
      prefix: prefix === undefined ? undefined : this.#texts.encodePrefix(prefix),
    });
    for (const [i, place] of places.entries()) answers[place] = this.#texts.generation(found[i] ?? [], nBest);
    return answers;
  }
}

/** A text, too, can be taken apart as a pair is. @throws UserError */
function requirePairs(pairs: readonly unknown[]): void {
  for (const [i, pair] of pairs.entries())
    if (!Array.isArray(pair) || pair.length !== 2) throw new UserError(`pair ${i + 1} must be [source, target]`);
}
