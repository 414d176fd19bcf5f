import { parentPort, workerData } from "node:worker_threads";
import { AVERAGE, type BatchDims, Graph, type ParameterSpec, type TracedGraph, identity, serialize, unrollScans } from "@s2s/graph-builder";
import { type Session, Tensor, createSession } from "@s2s/runtime/ort";
import type { Batch, BatchTensor, EvaluationSums, State, StateTensor, StepResult } from "../executor.ts";
import type { DeviceRequest, DeviceWorkerData } from "./device-protocol.ts";
import { type Feeds, batchFeeds, known, sumsOf } from "./feeds.ts";
import { TrainingGraphs, updateRuleOf } from "./graphs.ts";
import { slotLayout, stateLayout } from "./layout.ts";
import { fillSlots, fillWeights, stateOf } from "./state.ts";
import { runTrainStep } from "./train-step.ts";
import { answerRequests } from "./worker-port.ts";

/** Runs whole training steps on a device and keeps weights and slots there (WebGPU) or between steps (CUDA, whose tensors cannot stay). */
const { model, config, state, firstRows } = workerData as DeviceWorkerData;
const provider = config.training.ep;
const stays = provider === "webgpu";

const layout = stateLayout(new TrainingGraphs(model, config).gradients());
const slots = slotLayout(layout.trained, updateRuleOf(config).slots);
let weights = firstFeeds();
const sessions = new Map<string, Promise<Session>>();

/** Weights and slots in the memory of this process. */
function firstFeeds(): Feeds {
  const saved = state ? (new Map(state) as State) : undefined;
  const flatWeights = new Float32Array(layout.all.length);
  const flatSlots = new Float32Array(slots.length);
  fillWeights(flatWeights, layout, { seed: config.training.seed, state: saved, firstRows: firstRows ?? undefined });
  fillSlots(flatSlots, slots, saved);
  const all = [...stateOf(flatWeights, layout.all), ...stateOf(flatSlots, slots)];
  return Object.fromEntries(all.map(([name, { shape, data }]) => [name, new Tensor("float32", data, shape)]));
}

/** A graph's session: one for all shapes where loops run, else one for each shape, with the loops unrolled. */
function session(kind: "train" | "evaluate", { size, tensors }: Batch): Promise<Session> {
  const shapes = Object.values(tensors).map(({ shape }) => shape.join("x"));
  const key = stays ? [kind, ...shapes].join(" ") : kind;
  const open = sessions.get(key);
  if (open) return open;
  const length = (tensor: BatchTensor | undefined): number => tensor?.shape[1] ?? 1;
  const dims: BatchDims | undefined = stays
    ? { batch: size, source: length(tensors.source), target: length(tensors.target_input) }
    : undefined;
  const traced: TracedGraph = new TrainingGraphs(model, config, dims ? { dims } : {})[kind]();
  const graph = stays ? unrollScans(traced.graph) : traced.graph;
  const preferredOutputLocation = Object.fromEntries(
    graph.outputs.map(({ name }) => [name, stays && name.startsWith("next.") ? ("gpu-buffer" as const) : ("cpu" as const)]),
  );
  const made = createSession(serialize(graph), { provider, ort: { preferredOutputLocation } });
  sessions.set(key, made);
  return made;
}

async function step({ batch, scalars }: Extract<DeviceRequest, { kind: "step" }>): Promise<Omit<StepResult, "units">> {
  const { next, ...result } = await runTrainStep(await session("train", batch), batch, weights, scalars);
  // What is frozen goes on as it is.
  for (const [name, tensor] of Object.entries(weights)) if (tensor !== next[name] && tensor.location === "gpu-buffer") tensor.dispose();
  weights = next;
  return result;
}

async function evaluate(batch: Batch): Promise<EvaluationSums> {
  const graph = await session("evaluate", batch);
  const averaged = Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, weights[`${AVERAGE}/${name}`] ?? tensor]));
  return sumsOf(await graph.run(known(graph, { ...batchFeeds(batch), ...averaged })));
}

let reader: Promise<Session> | undefined;

/** Weights and slots, read off the device through a graph that copies them: reading a GPU tensor directly ends the process. */
async function saved(): Promise<State> {
  const all = [...layout.all.tensors, ...slots.tensors];
  let found: Readonly<Record<string, { readonly data: unknown }>> = weights;
  if (Object.values(weights).some((tensor) => tensor.location === "gpu-buffer")) {
    reader ??= createSession(copyGraph(all), { provider });
    const results = await (await reader).run(weights);
    found = Object.fromEntries(all.map(({ name }) => [name, results[`copy.${name}`]]));
  }
  return new Map(
    all.map(({ name, shape }): [string, StateTensor] => [name, { shape, data: Float32Array.from(found[name].data as Float32Array) }]),
  );
}

function copyGraph(tensors: readonly Pick<ParameterSpec, "name" | "shape">[]): Uint8Array {
  const graph = new Graph("copy");
  for (const { name, shape } of tensors) graph.output(`copy.${name}`, identity(graph.input(name, "float32", shape)));
  return serialize(graph);
}

function answer(request: DeviceRequest): Promise<unknown> {
  switch (request.kind) {
    case "step":
      return step(request);
    case "evaluate":
      return evaluate(request.batch);
    case "state":
      return saved();
  }
}

answerRequests(parentPort!, answer);
