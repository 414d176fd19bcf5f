import { type Bundle, openGraph } from "@s2s/runtime/parts";
import type { GraphInfo } from "@s2s/runtime/manifest";
import { type Session, type SessionOptions, Tensor } from "@s2s/runtime/ort";
import type { BatchWork, RowFindings } from "../workload.ts";
import { lengthOf, sourceFeeds } from "./source-feeds.ts";

/** dx, dy and whether the pen is lifted. */
const POINT = 3;

/** predict.onnx on every batch. */
export async function examineAnswers(
  bundle: Bundle,
  graph: GraphInfo,
  batches: readonly BatchWork[],
  options: SessionOptions,
): Promise<RowFindings[]> {
  const session = await openGraph(bundle, graph, options);
  const perStep = bundle.manifest.model.output.kind === "labels";
  try {
    const found: RowFindings[] = [];
    for (const { sources } of batches) {
      const outputs = await session.run(sourceFeeds(sources));
      const data = outputs[graph.outputs[0].name].data as Float32Array;
      const width = data.length / sources.length;
      const longest = Math.max(...sources.map(lengthOf));
      const rows = sources.map((source, row) => {
        const own = perStep ? (width / longest) * lengthOf(source) : width;
        return data.slice(row * width, row * width + own);
      });
      found.push({ states: [], rows });
    }
    return found;
  } finally {
    await session.release();
  }
}

/** The densities of given points, a step at a time: encoder.onnx, where there is a source, and decoder.onnx. */
export async function examineStrokes(
  bundle: Bundle,
  decoderInfo: GraphInfo,
  batches: readonly BatchWork[],
  options: SessionOptions,
): Promise<RowFindings[]> {
  const { encoder: encoderInfo } = bundle.variant.graphs;
  const encoder = encoderInfo && (await openGraph(bundle, encoderInfo, options));
  try {
    const decoder = await openGraph(bundle, decoderInfo, options);
    try {
      const found: RowFindings[] = [];
      for (const batch of batches) found.push(await teachPoints(bundle, encoder, decoder, batch));
      return found;
    } finally {
      await decoder.release();
    }
  } finally {
    await encoder?.release();
  }
}

async function teachPoints(
  { manifest }: Bundle,
  encoder: Session | undefined,
  decoder: Session,
  { sources, points = [] }: BatchWork,
): Promise<RowFindings> {
  const B = sources.length;
  const encoded = encoder ? await encoder.run(sourceFeeds(sources)) : {};
  const zeros = (shape: readonly (number | string)[]): Tensor => {
    const dims = [B, ...shape.map((size) => (typeof size === "number" ? size : Math.max(...sources.map(lengthOf))))];
    return new Tensor("float32", new Float32Array(dims.reduce((product, size) => product * size, 1)), dims);
  };
  const memory = Object.fromEntries(manifest.memory.map((name) => [name, encoded[name]]));
  let states = Object.fromEntries(
    manifest.states.map(({ initial, input, shape }) => [input, initial === null ? zeros(shape) : encoded[initial]]),
  );
  const handedOver = manifest.states.flatMap(({ initial, input }) => (initial === null ? [] : [states[input].data as Float32Array]));
  const first = handedOver.map((data) => data.slice());
  const steps = Math.max(...points.map(({ length }) => length / POINT));
  const rows: number[][] = sources.map(() => []);
  for (let t = 0; t < steps; t += 1) {
    // Before the first point, and where a drawing has ended, the pen rests.
    const seen = points.flatMap((own) => (t === 0 ? [0, 0, 0] : Array.from({ length: POINT }, (_, i) => own[(t - 1) * POINT + i] ?? 0)));
    const outputs = await decoder.run({ stroke: new Tensor("float32", Float32Array.from(seen), [B, POINT]), ...states, ...memory });
    const { data } = outputs["mixture"];
    const width = data.length / B;
    for (const [row, own] of points.entries())
      if (t < own.length / POINT) rows[row].push(...(data as Float32Array).subarray(row * width, (row + 1) * width));
    states = Object.fromEntries(manifest.states.map(({ input, output }) => [input, outputs[output]]));
  }
  return { states: first, rows: rows.map((row) => Float32Array.from(row)) };
}
