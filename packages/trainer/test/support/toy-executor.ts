import { join } from "node:path";
import { membersOf, type Models } from "@s2s/graph-builder";
import type { ModelConfig } from "@s2s/runtime/manifest";
import { hash32 } from "../../src/data/random.ts";
import type { Pairs } from "../../src/data/pairs.ts";
import { exactMatch } from "../../src/evaluate.ts";
import type { Batch, EvaluationSums, Executor, State, StateTensor, StepOptions, StepResult } from "../../src/executor.ts";
import type { InferenceGraphs } from "../../src/inference-graphs.ts";
import { SafetensorsFile } from "../../src/safetensors.ts";
import type { CreateExecutor, ExecutorContext, MeasureBundle } from "../../src/train-options.ts";

const WEIGHT = "readout.w";
const BIAS = "readout.b";
const END = 3;
const LENGTH_LIMIT = 40;

/**
 * A model small enough for plain JavaScript: logits of target position t = w[source token t] + b, learned by SGD with momentum. It learns to copy
 * or to substitute token by token, and is a function of its inputs to the last bit, float32 state included.
 */
export class ToyExecutor implements Executor {
  readonly #model: ModelConfig;
  readonly #state: Map<string, StateTensor>;
  readonly #momentum: number;

  constructor({ model, config, state }: ExecutorContext) {
    this.#model = model;
    this.#momentum = config.training.momentum;
    const [S, V] = sizesOf(model);
    const zeros = (shape: number[]): StateTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
    this.#state = state
      ? new Map([...state].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]))
      : new Map([
          [
            WEIGHT,
            { shape: [S, V], data: Float32Array.from({ length: S * V }, (_, i) => hash32(config.training.seed, WEIGHT, 0, i) / 2 ** 34) },
          ],
          [BIAS, zeros([V])],
          [`momentum/${WEIGHT}`, zeros([S, V])],
          [`momentum/${BIAS}`, zeros([V])],
        ]);
  }

  async step(batch: Batch, { learningRate, scale }: Pick<StepOptions, "learningRate" | "scale">): Promise<StepResult> {
    await new Promise(setImmediate);
    const [, V] = sizesOf(this.#model);
    const gradients = { [WEIGHT]: new Float64Array(this.#data(WEIGHT).length), [BIAS]: new Float64Array(V) };
    let lossSum = 0;
    for (const { source, target } of positions(batch)) {
      const p = softmax(this.#logits(source));
      lossSum -= Math.log(p[target] as number);
      p[target]! -= 1;
      for (const [v, g] of p.entries()) {
        gradients[WEIGHT]![source * V + v]! += g * scale;
        gradients[BIAS]![v]! += g * scale;
      }
    }
    let squares = 0;
    for (const [name, gradient] of Object.entries(gradients)) {
      const weights = this.#data(name);
      const velocity = this.#data(`momentum/${name}`);
      for (const [i, g] of gradient.entries()) {
        squares += g * g;
        velocity[i] = this.#momentum * velocity[i]! + g;
        weights[i]! -= learningRate * velocity[i]!;
      }
    }
    return { lossSum, units: batch.units, gradientNorm: Math.sqrt(squares) };
  }

  async evaluate(batch: Batch): Promise<EvaluationSums> {
    let lossSum = 0;
    let correct = 0;
    for (const { source, target } of positions(batch)) {
      const logits = this.#logits(source);
      lossSum -= Math.log(softmax(logits)[target] as number);
      correct += Number(argmax(logits) === target);
    }
    return { loss_sum: lossSum, units: batch.units, correct };
  }

  async state(): Promise<State> {
    return new Map([...this.#state].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  }

  async close(): Promise<void> {}

  #data(name: string): Float32Array {
    return this.#state.get(name)!.data;
  }
  #logits(source: number): Float64Array {
    return logitsOf(this.#data(WEIGHT), this.#data(BIAS), source);
  }
}

export const createToyExecutor: CreateExecutor = async (context) => new ToyExecutor(context);

/** Stands for the graphs: what they were made from, as JSON. */
export function buildToyGraphs(
  models: Models,
  weights: { file: string; offsets: ReadonlyMap<string, { offset: number; bytes: number }> },
): InferenceGraphs {
  const [model] = membersOf(models);
  const offsets = [...weights.offsets].map(([name, { offset, bytes }]) => [name, offset, bytes]);
  const bytes = Buffer.from(JSON.stringify({ model, file: weights.file, offsets }));
  const graph = { bytes, inputs: [{ name: "token", type: "int32" as const, shape: ["B"] }], outputs: [] };
  const parameters = [{ name: WEIGHT, type: "float32" as const, shape: sizesOf(model) }];
  return {
    encoder: graph,
    decoder: graph,
    states: [{ initial: "initial.h", input: "h", output: "next.h", shape: [1] }],
    memory: [],
    parameters,
  };
}

/** Vocabularies of source and target. */
function sizesOf({ input, output }: ModelConfig): [number, number] {
  if (input.kind !== "tokens" || output.kind !== "tokens") throw new Error("the toy goes from tokens to tokens");
  return [input.vocabulary, output.vocabulary];
}

/** The exact match by greedy decoding with the weights of an exported bundle. */
export const measureWithToy: MeasureBundle = async (_task, bundle, examples, limit) => ({
  sequenceAccuracy: await exactMatch(examples as Pairs, limit, (sources) => decodeWithToy(bundle, sources)),
});

const decodeWithToy = async (bundle: string, sources: readonly Int32Array[]): Promise<number[][]> => {
  const file = await SafetensorsFile.open(join(bundle, "weights.safetensors"));
  const [weights, bias] = [(await file.read(WEIGHT)).data as Float32Array, (await file.read(BIAS)).data as Float32Array];
  await file.close();
  return sources.map((source) => {
    const answer: number[] = [];
    for (let t = 0; t < LENGTH_LIMIT; t++) {
      const id = argmax(logitsOf(weights, bias, source[t] ?? END));
      if (id === END) break;
      answer.push(id);
    }
    return answer;
  });
};

/** Real target positions with the source token at the same place; past its end the source's `</s>`. */
function* positions({ size, tensors }: Batch): Generator<{ source: number; target: number }> {
  const { data: source, shape: sourceShape } = tensors["source"]!;
  const { data: targetOutput, shape: targetShape } = tensors["target_output"]!;
  const [S, T] = [sourceShape[1]!, targetShape[1]!];
  for (let row = 0; row < size; row++) {
    for (let t = 0; t < T; t++) {
      const target = targetOutput[row * T + t]!;
      const id = t < S ? source[row * S + t]! : 0;
      if (target !== 0) yield { source: id === 0 ? END : id, target };
    }
  }
}

function logitsOf(weights: Float32Array, bias: Float32Array, source: number): Float64Array {
  return Float64Array.from(bias, (b, v) => b + weights[source * bias.length + v]!);
}
function softmax(logits: Float64Array): Float64Array {
  const exps = logits.map((x) => Math.exp(x - Math.max(...logits)));
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((x) => x / sum);
}
function argmax(values: Float64Array): number {
  return values.reduce((best, x, i) => (x > values[best]! ? i : best), 0);
}
