import { parentPort, workerData } from "node:worker_threads";
import { type Session, Tensor, createSession } from "@s2s/runtime/ort";
import type { Batch, EvaluationResult } from "../executor.ts";
import { type Feeds, batchFeeds, integer, known, scalar } from "./feeds.ts";
import type { Layout } from "./layout.ts";
import type { Request, StepReply, StepRequest, WorkerData } from "./protocol.ts";
import { failureOf } from "./worker-client.ts";

/** A single-threaded worker of the data-parallel CPU executor: gradients of its shard; the first one also updates the weights. */
const { shard, parameters, slots, shared, gradients, evaluate, update } = workerData as WorkerData;
const port = parentPort!;

/** Tensors that look into one flat array. */
function tensorsIn(flat: Float32Array, layout: Layout, prefix = ""): Feeds {
  return Object.fromEntries(
    layout.tensors.map(({ name, shape, offset, size }) => [
      prefix + name,
      new Tensor("float32", flat.subarray(offset, offset + size), shape),
    ]),
  );
}

const weights = new Float32Array(parameters.length);
const weightFeeds = tensorsIn(weights, parameters);
const gradientsSession = await createSession(gradients, { threads: 1 });
const updater = update ? await startUpdater(update) : null;
let evaluateSession: Session | null = null;

async function step(request: StepRequest): Promise<StepReply> {
  let arrived = false;
  try {
    weights.set(shared.weights);
    const feeds = {
      ...batchFeeds(request.batch),
      ...weightFeeds,
      scale: scalar(request.scale),
      dropout_seed: integer(request.dropoutSeed),
    };
    const results = await gradientsSession.run(known(gradientsSession, feeds));
    const own = shared.gradients[shard];
    for (const { name, offset } of parameters.tensors) own.set(results[`gradient.${name}`].data as Float32Array, offset);
    arrive(0);
    arrived = true;
    const gradientNorm = updater ? await updater.run(request) : 0;
    return { lossSum: (results.loss_sum.data as Float32Array)[0], gradientNorm };
  } catch (error) {
    if (!arrived) arrive(1);
    throw error;
  }
}

/** Tells the updating shard that this one is done, or has failed. */
function arrive(failed: 0 | 1): void {
  Atomics.add(shared.arrivals, 1, failed);
  Atomics.add(shared.arrivals, 0, 1);
  Atomics.notify(shared.arrivals, 0);
}

async function startUpdater({ graph, threads }: { readonly graph: Uint8Array; readonly threads: number }) {
  const session = await createSession(graph, { threads });
  const parts = shared.gradients.map(() => new Float32Array(parameters.length));
  const partFeeds = parts.map((part, i) => tensorsIn(part, parameters, parts.length === 1 ? "gradient." : `gradient.${i}.`));
  let slotFeeds = tensorsIn(Float32Array.from(shared.slots), slots);
  return {
    /** Waits for the other shards, updates the weights that all share, returns the gradient norm. */
    async run({ shards, step, learningRate }: StepRequest): Promise<number> {
      for (let done = Atomics.load(shared.arrivals, 0); done < shards; done = Atomics.load(shared.arrivals, 0))
        Atomics.wait(shared.arrivals, 0, done);
      if (Atomics.load(shared.arrivals, 1) > 0) return NaN;
      for (const [i, part] of parts.entries()) {
        if (i < shards) part.set(shared.gradients[i]);
        else part.fill(0);
      }
      const feeds = { ...weightFeeds, ...slotFeeds, learning_rate: scalar(learningRate), step: integer(step) };
      const results = await session.run(known(session, Object.assign(feeds, ...partFeeds) as Feeds));
      for (const { name, offset } of parameters.tensors) shared.weights.set(results[`next.${name}`].data as Float32Array, offset);
      slotFeeds = Object.fromEntries(slots.tensors.map(({ name }) => [name, results[`next.${name}`] as Tensor]));
      return (results.gradient_norm.data as Float32Array)[0];
    },
    saveSlots(): void {
      for (const { name, offset } of slots.tensors) shared.slots.set(slotFeeds[name].data as Float32Array, offset);
    },
  };
}

async function evaluateShard(batch: Batch): Promise<EvaluationResult> {
  weights.set(shared.weights);
  evaluateSession ??= await createSession(evaluate, { threads: 1 });
  const results = await evaluateSession.run({ ...batchFeeds(batch), ...weightFeeds });
  const number = (name: string): number => (results[name].data as Float32Array)[0];
  return { lossSum: number("loss_sum"), tokens: number("tokens"), correct: number("correct") };
}

async function answer(request: Request): Promise<unknown> {
  switch (request.kind) {
    case "step":
      return step(request);
    case "evaluate":
      return evaluateShard(request.batch);
    case "saveSlots":
      updater?.saveSlots();
      return null;
  }
}

port.on("message", (request: Request) => {
  answer(request).then(
    (value) => port.postMessage({ value }),
    (error: unknown) => port.postMessage({ failure: failureOf(error) }),
  );
});
port.postMessage({ value: null });
