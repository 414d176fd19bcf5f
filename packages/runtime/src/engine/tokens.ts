import { UserError } from "../errors.ts";
import { areKnown } from "../known-options.ts";
import type { Source } from "../model-source.ts";
import type { PredictingModel } from "../predict/predict.ts";
import { readInputs } from "../predict/read-inputs.ts";
import { GENERATE_NAMES, requireFlag, type Interruption, type SearchOptions } from "../search/options.ts";
import { attended } from "./attended.ts";
import type { Answer, GenerateData, Pair, Piece, Refusal, Score, ScoreData } from "./service.ts";

type Following = Pick<SearchOptions, "signal" | "pause" | "onToken">;

/** What a model of which the answers are tokens does. */
export class TokenAnswers {
  readonly #model: PredictingModel;

  constructor(model: PredictingModel) {
    this.#model = model;
  }

  async generate(inputs: readonly unknown[], options: GenerateData, following: Following): Promise<Answer[]> {
    const { texts, read, graphs, bundle } = this.#model;
    if (!areKnown(options, GENERATE_NAMES)) {
      const { requireTaskOptions } = await import("../predict/task-options.ts");
      requireTaskOptions(bundle.manifest.task, options, GENERATE_NAMES);
    }
    const { prefix, replaceUnknown = false, ...data } = options;
    const { nBest = 1, attention = false } = data;
    this.#requireReplacing(replaceUnknown);
    const { answers, sources, places } = readInputs<Answer>(inputs, read, texts.empty(nBest));
    const found = await graphs.search(sources, {
      ...data,
      ...following,
      attention: replaceUnknown ? true : attention,
      maxLength: data.maxLength ?? bundle.manifest.maxTargetLength,
      ...this.#prefixes(sources, prefix),
    });
    for (const [i, place] of places.entries()) {
      const source = replaceUnknown ? texts.sourceTokens(inputs[place] as string) : undefined;
      answers[place] = texts.generation(found[i] ?? [], { nBest, source, attention });
    }
    return answers;
  }

  async stream(input: unknown, options: GenerateData, onPiece: (piece: Piece) => void, interruption: Interruption): Promise<Answer> {
    const { texts } = this.#model;
    const pieces = texts.pieces();
    const source = options.replaceUnknown === true && typeof input === "string" ? texts.sourceTokens(input) : undefined;
    const onToken = (_: number, id: number, weights?: Float32Array): void => {
      if (pieces) onPiece(pieces.add(id, source && attended(weights, source)));
    };
    const [answer] = (await this.generate([input], options, { ...interruption, onToken })) as [Answer];
    if (pieces) {
      const rest = pieces.end();
      if (rest !== "") onPiece({ text: rest, tokens: [] });
    } else if ("text" in answer) onPiece({ text: answer.text, tokens: answer.tokens });
    return answer;
  }

  async score(pairs: readonly Pair[], data: ScoreData, interruption: Interruption): Promise<(Score | Refusal)[]> {
    const { scorePairs } = await import("./score-pairs.ts");
    return scorePairs(this.#model, pairs, data, interruption);
  }

  get #isLanguageModel(): boolean {
    return this.#model.bundle.manifest.model.input.kind === "none";
  }

  /** What targets begin with: a language model's are its sources. */
  #prefixes(sources: readonly Source[], prefix: string | undefined): Pick<SearchOptions, "prefix" | "prefixes"> {
    if (!this.#isLanguageModel) return { prefix: prefix === undefined ? undefined : this.#model.texts.encodePrefix(prefix) };
    if (prefix !== undefined) throw new UserError("prefix: a language model's answer begins with the prompt; give that alone");
    return { prefixes: sources };
  }

  #requireReplacing(replaceUnknown: unknown): void {
    requireFlag("replaceUnknown", replaceUnknown);
    if (!replaceUnknown) return;
    const { input, output } = this.#model.bundle.manifest.model;
    if (input.kind !== "tokens") throw new UserError("replaceUnknown takes words of the source, and this model's is no text; leave it out");
    if (output.kind === "tokens" && output.attention === "none")
      throw new UserError("replaceUnknown needs a model that attends to its source, and this one does not; leave it out");
  }
}
