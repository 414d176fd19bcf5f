import { AVERAGE, serialize } from "@s2s/graph-builder";
import { hash32 } from "../data/random.ts";
import { shardBatch } from "../data/shard.ts";
import type { Batch, EvaluationSums, Executor, State, StepOptions, StepResult } from "../executor.ts";
import { addSums } from "../sums.ts";
import type { ExecutorContext } from "../train-options.ts";
import { newBarriers } from "./barrier.ts";
import { TrainingGraphs, parameterCount, updateRuleOf } from "./graphs.ts";
import { ROW, sharedFloats, slotLayout, stateLayout } from "./layout.ts";
import type { Reply, Request, SharedState, StepRequest, WorkerData, WorkerGraphs } from "./protocol.ts";
import { fillSlots, fillWeights, stateOf } from "./state.ts";
import { moveStatistics } from "./statistics.ts";
import { workerFile } from "./worker-client.ts";
import { WorkerTeam } from "./worker-team.ts";

/**
 * Parameters above which a batch is not cut: every shard reads all weights, and once they do not fit the caches that costs more than the
 * threads inside the operators do (docs/performance.md).
 */
const LARGE = 4_000_000;
/** Trained numbers of which every copy takes so much, half a gigabyte and more, that memory counts before speed. */
const HUGE = 2 ** 27;

/**
 * Data-parallel training on the CPU: as many workers as threads. Each computes the gradients of its shard of the batch, single-threaded
 * (of a large model one computes all, with all threads), then adds the shards' gradients up, in a fixed order, for its part of the
 * weights, and updates that part. For a given number of threads the same bytes on every run.
 * `large` and `huge` replace the bounds of the parameters, for tests.
 */
export async function createCpuExecutor(
  { model, config, threads, state, firstRows }: ExecutorContext,
  { large = LARGE, huge = HUGE }: { readonly large?: number; readonly huge?: number } = {},
): Promise<Executor> {
  const whole = parameterCount(model) > large;
  const workers = whole ? threads : Math.min(threads, config.training.batchSize);
  const shards = whole ? 1 : workers;
  const traced = new TrainingGraphs(model, config, { shards, singleThreaded: shards === workers });
  const gradients = traced.gradients();
  const layout = stateLayout(gradients);
  const slotNames = updateRuleOf(config).slots;
  const slots = slotLayout(layout.trained, slotNames);
  const average = slotNames.includes(AVERAGE) ? slotNames.indexOf(AVERAGE) * layout.trained.length : null;
  const shared: SharedState = {
    weights: sharedFloats(layout.all.length),
    gradients: Array.from({ length: shards }, () => sharedFloats(layout.trained.length)),
    slots: sharedFloats(slots.length),
    squares: sharedFloats(workers),
    barriers: newBarriers(),
  };
  fillWeights(shared.weights, layout, { seed: config.training.seed, state, firstRows });
  fillSlots(shared.slots, slots, state);

  const { squares, apply } = traced.flatUpdate(ROW);
  const graphs: WorkerGraphs = {
    gradients: serialize(gradients.graph),
    evaluate: serialize(traced.evaluate().graph),
    squares: config.training.clipNorm > 0 ? serialize(squares) : null,
    apply: serialize(apply),
  };
  const team = await WorkerTeam.start<Request>(
    workerFile("shard-worker"),
    Array.from({ length: workers }, (_, worker): WorkerData => {
      return { worker, workers, shards, huge: layout.trained.length >= huge, layout, slots: slotNames, average, shared, graphs };
    }),
    shared.barriers,
  );
  let closed = false;
  const ask = <R extends Request>(requests: readonly R[]) => team.ask(requests) as Promise<Reply<R>[]>;

  return {
    async step(batch: Batch, options: StepOptions): Promise<StepResult> {
      const parts = shardBatch(batch, shards);
      const replies = await ask(
        Array.from({ length: workers }, (_, worker): StepRequest => {
          const dropoutSeed = hash32(config.training.seed, "dropout", options.step, worker) | 0;
          return { kind: "step", batch: parts[worker] ?? null, scalars: { ...options, dropoutSeed } };
        }),
      );
      moveStatistics(
        shared.weights,
        layout,
        replies.flatMap(({ measured }) => measured ?? []),
      );
      return {
        lossSum: sum(replies, (reply) => reply.lossSum),
        units: batch.units,
        gradientNorm: Math.sqrt(sum(shared.squares, (squares) => squares)),
      };
    },
    async evaluate(batch: Batch): Promise<EvaluationSums> {
      return addSums(await ask(shardBatch(batch, workers).map((part) => ({ kind: "evaluate", batch: part }) as const)));
    },
    async state(): Promise<State> {
      if (closed) throw new Error("the training workers are closed");
      return new Map([...stateOf(shared.weights, layout.all), ...stateOf(shared.slots, slots)]);
    },
    async close(): Promise<void> {
      closed = true;
      await team.close();
    },
  };
}

const sum = <T>(items: Iterable<T>, value: (item: T) => number): number => Array.from(items, value).reduce((a, b) => a + b, 0);
