import type { AttentionName } from "@s2s/runtime/manifest";
import { type Computed, linear, product } from "./linear.ts";
import type { Parameters } from "./parameters.ts";
import { softmax, softmaxBack } from "./softmax.ts";
import { type Vector, addTo, dot, scaled, sum, zerosLike } from "./vector.ts";

export interface Asked {
  /** One for each position. */
  readonly weights: Vector;
  readonly context: Vector;
  /** From the gradients of both to those of the query and of the coverage. */
  readonly back: (dWeights: Vector, dContext: Vector) => { readonly dQuery: Vector; readonly dCoverage: Vector };
}

/** What a decoder attends to. */
export interface Attended {
  /** @param coverage how much each position was attended to before, where scores know of it */
  ask(query: Vector, coverage: Vector | null): Asked;
  /** The gradients of the values, once every question has gone back. */
  back(): readonly Vector[];
}

interface Score {
  /** What a position's value is compared by. */
  key(value: Vector): Computed;
  /** What a query is compared by. */
  asked(query: Vector): Computed;
  /** One position's score, c its coverage, and from its gradient to those of query, key and coverage. */
  score(
    asked: Vector,
    key: Vector,
    c: number,
  ): { readonly y: number; readonly back: (d: number) => { dAsked: Vector; dKey: Vector; dc: number } };
}

const itself = (y: Vector): Computed => ({ y, back: (d) => d });

/** q . k + w c */
function multiplied(parameters: Parameters, name: string, covered: boolean, key: Score["key"]): Score {
  const w = covered ? parameters.get(`${name}.coverage.w`).data[0] : 0;
  return {
    key,
    asked: itself,
    score: (asked, own, c) => ({
      y: dot(asked, own) + w * c,
      back(d) {
        if (covered) addTo(parameters.gradient(`${name}.coverage.w`), Float64Array.of(d * c));
        return { dAsked: scaled(own, d), dKey: scaled(asked, d), dc: d * w };
      },
    }),
  };
}

/** v . tanh(q wq + k + c wc), k = m wk + b */
function additive(parameters: Parameters, name: string, covered: boolean): Score {
  const v = parameters.get(`${name}.v`);
  const wc = covered ? parameters.get(`${name}.coverage.w`).data : zerosLike(v.data);
  const add = (part: string, d: Vector): void => addTo(parameters.gradient(`${name}.${part}`), d);
  return {
    key: (value) => linear(parameters, `${name}.key`, value),
    asked: (query) => product(parameters, query, `${name}.query.w`),
    score(asked, key, c) {
      const hidden = sum(sum(asked, key), scaled(wc, c)).map(Math.tanh);
      return {
        y: dot(hidden, v.data),
        back(d) {
          const dz = hidden.map((value, j) => d * v.data[j] * (1 - value ** 2));
          add("v", scaled(hidden, d));
          if (covered) add("coverage.w", scaled(dz, c));
          return { dAsked: dz, dKey: dz, dc: dot(dz, wc) };
        },
      };
    },
  };
}

/** A key by the root of its size. */
function bySize({ y, back }: Computed): Computed {
  // As the graphs keep it.
  const scale = Math.fround(1 / Math.sqrt(y.length));
  return { y: scaled(y, scale), back: (d) => back(scaled(d, scale)) };
}

const SCORES: Readonly<Record<Exclude<AttentionName, "none">, (parameters: Parameters, name: string, covered: boolean) => Score>> = {
  dot: (...from) => multiplied(...from, itself),
  "scaled-dot": (...from) => multiplied(...from, (value) => bySize(itself(value))),
  general: (parameters, name, covered) => multiplied(parameters, name, covered, (value) => product(parameters, value, `${name}.key.w`)),
  "scaled-general": (parameters, name, covered) =>
    multiplied(parameters, name, covered, (value) => bySize(product(parameters, value, `${name}.key.w`))),
  additive,
};

/** Weights of at most this are taken for zero, as the graphs take them: where tokens are copied, the logarithm of a weight tells the two apart. */
const NEGLIGIBLE = 1e-12;

/** Attention to the outputs of an encoder: a = softmax(scores), context = sum_i a_i m_i (Bahdanau et al. 2015; Luong et al. 2015). */
export function attend(
  parameters: Parameters,
  name: string,
  kind: Exclude<AttentionName, "none">,
  covered: boolean,
  values: readonly Vector[],
): Attended {
  const { key, asked, score } = SCORES[kind](parameters, name, covered);
  const keys = values.map(key);
  const dValues = values.map(zerosLike);
  const dKeys = keys.map(({ y }) => zerosLike(y));
  return {
    ask(query, coverage) {
      const question = asked(query);
      const scores = keys.map(({ y }, i) => score(question.y, y, coverage?.[i] ?? 0));
      const weights = softmax(Float64Array.from(scores, ({ y }) => y)).map((weight) => (weight > NEGLIGIBLE ? weight : 0));
      const context = zerosLike(values[0]);
      for (const [i, value] of values.entries()) addTo(context, scaled(value, weights[i]));
      return {
        weights,
        context,
        back(dWeights, dContext) {
          const dAll = weights.map((_, i) => dWeights[i] + dot(dContext, values[i]));
          for (const [i, weight] of weights.entries()) addTo(dValues[i], scaled(dContext, weight));
          const dScores = softmaxBack(weights, dAll);
          const dAsked = zerosLike(question.y);
          const dCoverage = zerosLike(weights);
          for (const [i, { back }] of scores.entries()) {
            const found = back(dScores[i]);
            addTo(dAsked, found.dAsked);
            addTo(dKeys[i], found.dKey);
            dCoverage[i] = found.dc;
          }
          return { dQuery: question.back(dAsked), dCoverage };
        },
      };
    },
    back: () => dValues.map((d, i) => sum(d, keys[i].back(dKeys[i]))),
  };
}
