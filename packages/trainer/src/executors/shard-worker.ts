import { parentPort, workerData } from "node:worker_threads";
import { type Session, Tensor, createSession } from "@s2s/runtime/ort";
import type { BatchPart, EvaluationSums } from "../executor.ts";
import { GRADIENTS, meet } from "./barrier.ts";
import { type Feeds, batchFeeds, known, sumsOf } from "./feeds.ts";
import type { Request, StepReply, StepRequest, WorkerData } from "./protocol.ts";
import { ShardUpdate } from "./shard-update.ts";
import { gradientScalars } from "./train-step.ts";
import { answerRequests } from "./worker-port.ts";

/** A worker of the data-parallel CPU executor: gradients of its shard of the batch, update of its part of the weights. */
const data = workerData as WorkerData;
const { worker, workers, shards, parameters, shared, graphs } = data;

const weights = new Float32Array(parameters.length);
const weightFeeds: Feeds = Object.fromEntries(
  parameters.tensors.map(({ name, shape, offset, size }) => [name, new Tensor("float32", weights.subarray(offset, offset + size), shape)]),
);
const gradients = worker < shards ? await createSession(graphs.gradients, { threads: Math.floor(workers / shards) }) : null;
const update = await ShardUpdate.start(data, weights);
let evaluation: Session | null = null;

async function step(request: StepRequest): Promise<StepReply> {
  weights.set(shared.weights);
  const lossSum = await shareGradients(request);
  meet(shared.barriers, GRADIENTS, workers);
  await update.run(request.scalars);
  return { lossSum };
}

/** Computes the gradients of this worker's shard, where all can read them; returns its summed loss. */
async function shareGradients({ batch, scalars }: StepRequest): Promise<number> {
  if (!gradients) return 0;
  if (!batch) {
    update.shareNothing();
    return 0;
  }
  const results = await gradients.run(known(gradients, { ...batchFeeds(batch), ...weightFeeds, ...gradientScalars(scalars) }));
  for (const { name, offset } of parameters.tensors) update.share(results[`gradient.${name}`].data as Float32Array, offset);
  return (results.loss_sum.data as Float32Array)[0];
}

async function evaluate(batch: BatchPart): Promise<EvaluationSums> {
  weights.set(shared.weights);
  evaluation ??= await createSession(graphs.evaluate, { threads: 1 });
  return sumsOf(await evaluation.run(known(evaluation, { ...batchFeeds(batch), ...weightFeeds })));
}

answerRequests(parentPort!, async (request: Request) => {
  switch (request.kind) {
    case "step":
      return step(request);
    case "evaluate":
      return evaluate(request.batch);
    case "saveSlots":
      update.save();
      return null;
  }
});
