import { parentPort, workerData } from "node:worker_threads";
import { type Session, Tensor, createSession } from "@s2s/runtime/ort";
import type { BatchPart, EvaluationSums } from "../executor.ts";
import { GRADIENTS, meet } from "./barrier.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { type Feeds, batchFeeds, known, sumsOf } from "./feeds.ts";
import { FRUGAL } from "./huge.ts";
import type { Request, StepReply, StepRequest, WorkerData } from "./protocol.ts";
import { ShardUpdate } from "./shard-update.ts";
import { gradientScalars } from "./train-step.ts";
import { answerRequests } from "./worker-port.ts";

/**
 * A worker of the data-parallel CPU executor: gradients of its shard of the batch, update of its part of the weights. It gets its graphs as bytes and
 * imports no graph builder, which would take 15 MiB of every thread.
 */
const data = workerData as WorkerData;
const { worker, workers, shards, huge, layout, shared, graphs, average } = data;

/** The model's tensors in memory of this worker's own, made when it is the first time to run the model: of a large model only one worker does. */
class OwnWeights {
  #flat: Float32Array | null = null;
  #feeds: Feeds = {};

  /** What the workers share, as it is now. */
  current(): Feeds {
    const flat = (this.#flat ??= this.#make());
    flat.set(shared.weights);
    return this.#feeds;
  }

  /** The same with the moving average of what is trained, where there is one. */
  averaged(): Feeds {
    const feeds = this.current();
    if (average !== null) this.#flat!.set(shared.slots.subarray(average, average + layout.trained.length));
    return feeds;
  }

  #make(): Float32Array {
    const flat = new Float32Array(layout.all.length);
    const tensor = (offset: number, size: number, shape: readonly number[]): Tensor =>
      new Tensor("float32", flat.subarray(offset, offset + size), shape);
    this.#feeds = Object.fromEntries(layout.all.tensors.map(({ name, shape, offset, size }) => [name, tensor(offset, size, shape)]));
    return flat;
  }
}

const weights = new OwnWeights();
const open = (graph: Uint8Array, threads: number): Promise<Session> => createSession(graph, { threads, ort: huge ? FRUGAL : {} });
const gradients = worker < shards ? await open(graphs.gradients, Math.floor(workers / shards)) : null;
const update = await ShardUpdate.start(data);
let evaluation: Session | null = null;

async function step(request: StepRequest): Promise<StepReply> {
  const reply = await shareGradients(request);
  if (gradients && huge) collectGarbage();
  meet(shared.barriers, GRADIENTS, workers);
  await update.run(request.scalars);
  return reply;
}

/** Computes the gradients of this worker's shard, where all can read them. */
async function shareGradients({ batch, scalars }: StepRequest): Promise<StepReply> {
  if (!gradients) return { lossSum: 0, measured: null };
  if (!batch) {
    shared.gradients[worker].fill(0);
    return { lossSum: 0, measured: null };
  }
  const results = await gradients.run(known(gradients, { ...batchFeeds(batch), ...weights.current(), ...gradientScalars(scalars) }));
  const numbers = (name: string): Float32Array => results[name].data as Float32Array;
  for (const { name, offset } of layout.trained.tensors) shared.gradients[worker].set(numbers(`gradient.${name}`), offset);
  const values = layout.statistics.map((name) => numbers(`statistic.${name}`));
  return { lossSum: numbers("loss_sum")[0], measured: { size: batch.size, values } };
}

async function evaluate(batch: BatchPart): Promise<EvaluationSums> {
  evaluation ??= await open(graphs.evaluate, 1);
  return sumsOf(await evaluation.run(known(evaluation, { ...batchFeeds(batch), ...weights.averaged() })));
}

answerRequests(parentPort!, async (request: Request) => {
  switch (request.kind) {
    case "step":
      return step(request);
    case "evaluate":
      return evaluate(request.batch);
  }
});
