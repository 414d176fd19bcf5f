import { serialize } from "@s2s/graph-builder";
import { hash32 } from "../data/random.ts";
import { shardBatch } from "../data/shard.ts";
import type { Batch, EvaluationResult, Executor, State, StepResult } from "../executor.ts";
import type { ExecutorContext } from "../train-options.ts";
import { TrainingGraphs, optimizerOf } from "./graphs.ts";
import { layoutOf, sharedFloats, slotLayout } from "./layout.ts";
import type { Reply, Request, SharedState, StepReply, WorkerData } from "./protocol.ts";
import { fillSlots, fillWeights, stateOf } from "./state.ts";
import { WorkerClient, workerFile } from "./worker-client.ts";

/**
 * Data-parallel training on the CPU: as many single-threaded workers as threads, each with its shard of the batch; their gradients are
 * added in a fixed order and the weights are updated once. Faster than threads inside operators (docs/performance.md), and for a given
 * number of threads the same bytes on every run.
 */
export async function createCpuExecutor({ model, config, threads, state }: ExecutorContext): Promise<Executor> {
  const shards = Math.max(1, Math.min(threads, config.training.batchSize));
  const graphs = new TrainingGraphs(model, config, shards);
  const traced = graphs.gradients();
  const parameters = layoutOf(traced.parameters);
  const slots = slotLayout(traced.parameters, optimizerOf(config).slots);
  const shared: SharedState = {
    weights: sharedFloats(parameters.length),
    gradients: Array.from({ length: shards }, () => sharedFloats(parameters.length)),
    slots: sharedFloats(slots.length),
    arrivals: new Int32Array(new SharedArrayBuffer(8)),
  };
  fillWeights(shared.weights, parameters, traced.parameters, config.training.seed, state);
  fillSlots(shared.slots, slots, state);

  const gradients = serialize(traced.graph);
  const evaluate = serialize(graphs.evaluate().graph);
  const update = { graph: serialize(graphs.update(traced.parameters, shards).graph), threads: shards };
  const file = workerFile("shard-worker", import.meta.url);
  const workers = await Promise.all(
    shared.gradients.map((_, shard) => {
      const data: WorkerData = { shard, parameters, slots, shared, gradients, evaluate, update: shard === 0 ? update : null };
      return WorkerClient.start<Request>(file, data);
    }),
  );
  const ask = <R extends Request>(shard: number, request: R): Promise<Reply<R>> => workers[shard].request(request) as Promise<Reply<R>>;

  return {
    async step(batch: Batch, { step, learningRate, scale }): Promise<StepResult> {
      const parts = shardBatch(batch, shards);
      shared.arrivals.fill(0);
      const replies: StepReply[] = await allSettled(
        parts.map((part, shard) =>
          ask(shard, {
            kind: "step",
            batch: part,
            scale,
            dropoutSeed: hash32(config.training.seed, "dropout", step, shard) | 0,
            shards: parts.length,
            step,
            learningRate,
          }),
        ),
      );
      return { lossSum: sum(replies, (reply) => reply.lossSum), tokens: batch.targetTokens, gradientNorm: replies[0].gradientNorm };
    },
    async evaluate(batch: Batch): Promise<EvaluationResult> {
      const replies = await allSettled(shardBatch(batch, shards).map((part, shard) => ask(shard, { kind: "evaluate", batch: part })));
      return {
        lossSum: sum(replies, (reply) => reply.lossSum),
        tokens: sum(replies, (reply) => reply.tokens),
        correct: sum(replies, (reply) => reply.correct),
      };
    },
    async state(): Promise<State> {
      await ask(0, { kind: "saveSlots" });
      return new Map([...stateOf(shared.weights, parameters), ...stateOf(shared.slots, slots)]);
    },
    async close(): Promise<void> {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** Waits for all, so that no worker is busy when an error is thrown. */
async function allSettled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

const sum = <T>(items: readonly T[], value: (item: T) => number): number => items.reduce((total, item) => total + value(item), 0);
