import { hash32 } from "../data/random.ts";
import type { Batch, EvaluationSums, Executor, State, StepOptions, StepResult } from "../executor.ts";
import type { ExecutorContext } from "../train-options.ts";
import type { DeviceRequest, DeviceWorkerData } from "./device-protocol.ts";
import { WorkerClient, workerFile } from "./worker-client.ts";

/**
 * Training on a device with train.onnx, the whole step in one graph, in a worker that keeps weights and slots between steps.
 * CUDA runs the loops as they are; WebGPU has none, so each batch shape gets a graph of its own with the loops unrolled.
 */
export async function createDeviceExecutor({ model, config, state, firstRows }: ExecutorContext): Promise<Executor> {
  const data: DeviceWorkerData = { model, config, state: state ? [...state] : null, firstRows: firstRows ?? null };
  const worker = await WorkerClient.start<DeviceRequest>(workerFile("device-worker"), data);
  return {
    async step(batch: Batch, options: StepOptions): Promise<StepResult> {
      const dropoutSeed = hash32(config.training.seed, "dropout", options.step, 0) | 0;
      const reply = (await worker.request({ kind: "step", batch, scalars: { ...options, dropoutSeed } })) as Omit<StepResult, "units">;
      return { ...reply, units: batch.units };
    },
    evaluate: async (batch: Batch): Promise<EvaluationSums> => (await worker.request({ kind: "evaluate", batch })) as EvaluationSums,
    state: async (): Promise<State> => (await worker.request({ kind: "state" })) as State,
    close: () => worker.close(),
  };
}
