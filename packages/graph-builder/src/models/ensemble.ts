import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";
import { add, div, sub } from "../ops/elementwise.ts";
import { concat, unsqueeze } from "../ops/movement.ts";
import { logSoftmax, reduceLogSumExp } from "../ops/reduce.ts";
import type { Scope } from "../scope.ts";
import { sameShape, shapeText } from "../shape.ts";
import { type DecoderStep, stepDecoder } from "./decoder-run.ts";
import type { Begun, DecoderMemory } from "./decoder-state.ts";
import type { ModelInput } from "./inputs/index.ts";
import type { SourceInputs } from "./inputs/input.ts";
import { type Models, ofEach } from "./members.ts";
import { predictor } from "./predictor.ts";
import { seq2seq } from "./seq2seq.ts";

/** What answers with tokens, step by step. */
export interface TokenAnswers {
  readonly input: ModelInput;
  readonly vocabulary: number;
  /** Of `begin`. */
  readonly stateCount: number;
  begin(inputs: SourceInputs): Begun;
  /** Tokens [B], the states in the order of `begin`. */
  step(tokens: Value, states: readonly Value[], memory: DecoderMemory): DecoderStep;
}

/**
 * Encoder-decoders of one vocabulary as one. A token's probability is the mean of theirs, the logits are its logarithm; the attention is the mean of
 * theirs where all attend to the same positions. States and memory have their member's number before their names.
 */
export function tokenAnswers(scope: Scope, models: Models): TokenAnswers {
  const members = ofEach(scope, models, tokenModel);
  const [first, ...others] = members;
  if (others.length === 0) return first;
  if (others.some(({ vocabulary }) => vocabulary !== first.vocabulary)) throw new Error("members of an ensemble have one vocabulary");
  return {
    ...first,
    stateCount: members.reduce((sum, { stateCount }) => sum + stateCount, 0),
    begin(inputs) {
      const begun = members.map((member) => member.begin(inputs));
      return {
        states: begun.flatMap(({ states }, m) => states.map((state) => ({ ...state, name: `${m}.${state.name}` }))),
        memory: Object.assign({}, ...begun.map(({ memory }, m) => numbered(memory, m))),
      };
    },
    step(tokens, states, memory) {
      let next = 0;
      const steps = members.map((member, m) => {
        const from = next;
        next += member.stateCount;
        return member.step(tokens, states.slice(from, next), ownOf(memory, m));
      });
      const attentions = steps.flatMap(({ attention }) => attention ?? []);
      const alike = attentions.length === steps.length && attentions.every(({ shape }) => sameShape(shape, attentions[0].shape));
      return {
        logits: meanOfProbabilities(steps.map(({ logits }) => logits)),
        states: steps.flatMap((step) => step.states),
        attention: alike ? mean(attentions) : null,
      };
    },
  };
}

function tokenModel(scope: Scope, model: ModelConfig): TokenAnswers {
  const net = seq2seq(scope, model);
  return {
    input: net.input,
    vocabulary: net.decoder.config.vocabulary,
    stateCount: net.decoder.stateCount,
    begin: net.begin,
    step: (tokens, states, memory) => stepDecoder(net.decoder, tokens, states, memory),
  };
}

/** Models whose output is given at once as one: the mean of what they give. */
export function headAnswers(scope: Scope, models: Models): (inputs: SourceInputs) => { readonly name: string; readonly value: Value } {
  const members = ofEach(scope, models, predictor);
  return (inputs) => {
    const answers = members.map(({ head, read }) => head.predict(read(inputs)));
    const [{ name, value }, ...others] = answers;
    for (const other of others)
      if (other.name !== name || !sameShape(other.value.shape, value.shape))
        throw new Error(
          `members of an ensemble give one output, not ${name} ${shapeText(value.shape)} and ${other.name} ${shapeText(other.value.shape)}`,
        );
    return { name, value: others.length === 0 ? value : mean(answers.map((answer) => answer.value)) };
  };
}

const numbered = (memory: DecoderMemory, member: number): DecoderMemory =>
  Object.fromEntries(Object.entries(memory).map(([name, held]) => [`${member}.${name}`, held]));

/** What `numbered` has numbered, by its own names. */
function ownOf(memory: DecoderMemory, member: number): DecoderMemory {
  const mark = `${member}.`;
  return Object.fromEntries(
    Object.entries(memory).flatMap(([name, held]) => (name.startsWith(mark) ? [[name.slice(mark.length), held]] : [])),
  );
}

/** log (1/M sum_m softmax(z_m)) of logits [B, V], from logarithms, so that no probability underflows. */
function meanOfProbabilities(logits: readonly Value[]): Value {
  const all = concat(
    logits.map((each) => unsqueeze(logSoftmax(each), 0)),
    0,
  );
  return sub(reduceLogSumExp(all, [0]), Math.log(logits.length));
}

const mean = (values: readonly Value[]): Value =>
  div(
    values.reduce((sum, value) => add(sum, value)),
    values.length,
  );
