import type { FloatType, Value } from "../ir.ts";
import { mul } from "../ops/elementwise.ts";
import { filled } from "../ops/movement.ts";
import { scan } from "../scan.ts";
import type { Begun, DecoderMemory, Recurred, Rows, StepState } from "./decoder-state.ts";
import type { TokenDecoder } from "./token-decoder.ts";

const START_ID = 2;

/** Which token each step reads, where that is not the target's alone: scheduled sampling. */
export interface TokenChoice {
  /** What the choices read, [T, ...]: random numbers, say. */
  readonly sequences: readonly Value[];
  /** From the target's token [B], the one that the model gave in the step before [B] and the sequences' elements to the token to read: int32 [B]. */
  choose(given: Value, own: Value, elements: readonly Value[]): Value;
  /** From a step's logits [B, V] and the sequences' elements to the token that the model gives: int32 [B]. It has no gradient. */
  give(logits: Value, elements: readonly Value[]): Value;
}

export interface DecoderRun {
  /** Of all steps and sequences: [T, B, F] each. */
  readonly rows: Rows;
  /** [T, B, S], where the decoder attends. */
  readonly attention: Value | null;
}

/**
 * A decoder over all steps of a batch of targets, in training: ids [T, B]. Embedding and readout are computed for all steps at once, and so is
 * attention where nothing of it is fed back; the loop holds what is left.
 */
export function runDecoder(net: TokenDecoder, ids: Value, { states, memory }: Begun, choice?: TokenChoice): DecoderRun {
  const [steps, batch] = ids.shape;
  const graph = ids.graph;
  const { type } = net.readout.b;
  const initial = states.map((state) => state.initial ?? filled(graph, type, [batch, ...state.shape], 0));
  if (!net.feedsBack && !choice) {
    const x = net.embed(ids);
    return finish(net, net.recurAll(x, net.stateOf(initial).cells, memory), x, memory);
  }
  // What is read out of a step has to be known in the loop where the next one reads it.
  const inside = net.config.inputFeeding || choice !== undefined;
  const embedded = choice ? null : net.embed(ids);
  const sequences = new Sequences();
  const input = sequences.add([embedded ?? ids]);
  const mask = sequences.add(choice ? net.embeddingMasks(graph, type as FloatType, steps, batch) : []);
  const masks = sequences.add(net.stack.masks(graph, type as FloatType, steps, batch));
  const chance = sequences.add(choice?.sequences ?? []);
  const own = choice ? [filled(graph, "int32", [batch], START_ID)] : [];
  const taken: (keyof Taken)[] = [];
  const done = scan(
    (carried, elements) => {
      const [given] = input(elements);
      const before = carried[initial.length];
      const x = choice ? dropped(net.look(choice.choose(given, before, chance(elements))), mask(elements)) : given;
      const { state, ...recurred } = net.recur(x, net.stateOf(carried.slice(0, initial.length)), memory, masks(elements));
      const output = inside ? net.output(recurred, x, memory) : null;
      const next = choice ? [choice.give(net.logits(net.rows(output!, recurred, x, memory)), chance(elements))] : [];
      const found: Taken = { ...recurred, output, x: choice ? x : null };
      taken.push(...(Object.keys(found) as (keyof Taken)[]).filter((key) => found[key]));
      return { states: [...flat(state, output), ...next], outputs: taken.map((key) => found[key]!) };
    },
    [...initial, ...own],
    sequences.all,
    { name: "decoder" },
  );
  const stacked = Object.fromEntries(taken.map((key, i) => [key, done.outputs[i]])) as Partial<Taken>;
  const { h, context = null, weights = null, output, x = embedded } = stacked;
  return finish(net, { h: h!, context, weights }, x!, memory, output);
}

export interface DecoderStep {
  /** [B, V] */
  readonly logits: Value;
  /** After the step, in the order of `Begun.states`. */
  readonly states: readonly Value[];
  /** [B, S], where the decoder attends. */
  readonly attention: Value | null;
}

/** One step, in inference: tokens [B], the states in the order of `Begun.states`. */
export function stepDecoder(net: TokenDecoder, tokens: Value, states: readonly Value[], memory: DecoderMemory): DecoderStep {
  const x = net.embed(tokens);
  const { state, ...recurred } = net.recur(x, net.stateOf(states), memory);
  const output = net.output(recurred, x, memory);
  return {
    logits: net.logits(net.rows(output, recurred, x, memory)),
    states: flat(state, output),
    attention: recurred.weights,
  };
}

interface Taken extends Recurred {
  readonly output: Value | null;
  readonly x: Value | null;
}

function finish(net: TokenDecoder, recurred: Recurred, x: Value, memory: DecoderMemory, output?: Value | null): DecoderRun {
  const rows = net.rows(output ?? net.output(recurred, x, memory), recurred, x, memory);
  return { rows, attention: recurred.weights };
}

/** What is fed to the next step is what was read out of this one. */
const flat = ({ cells, fed, coverage }: StepState, output: Value | null): Value[] => [
  ...cells.flat(),
  ...(fed ? [output!] : []),
  ...(coverage ? [coverage] : []),
];

const dropped = (x: Value, [mask]: readonly (Value | undefined)[]): Value => (mask ? mul(x, mask) : x);

/** The sequences of a loop, each group with the way to its elements. */
class Sequences {
  readonly all: Value[] = [];

  add(group: readonly Value[]): (elements: readonly Value[]) => Value[] {
    const from = this.all.length;
    this.all.push(...group);
    return (elements) => elements.slice(from, from + group.length);
  }
}
