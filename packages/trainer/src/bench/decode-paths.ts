import { END_ID, Seq2Seq, Tensor, createSession, graphSource, search, type Bundle, type SessionOptions } from "@s2s/runtime";
import type { State } from "../executor.ts";
import { median } from "./cases.ts";
import { round } from "./train.ts";

/** A way to an answer, and what it costs. */
export interface DecodePath {
  readonly device: "node-cpu" | "node-wasm";
  /** Encoder and decoder with the search in TypeScript, or all of it in one graph. */
  readonly graphs: "split" | "generate";
  readonly beams: number;
  readonly batch: number;
  /** Median milliseconds for a step of the whole batch, encoder included. */
  readonly msPerToken: number;
}

export interface PathOptions {
  readonly sources: readonly (readonly number[])[];
  /** Tokens that are generated for each source. */
  readonly length: number;
  readonly threads: number;
}

const DEVICES = { "node-cpu": "cpu", "node-wasm": "wasm" } as const;
const BEAMS = [1, 4];
/** The browser's engine compiles wasm again, faster, while it runs. */
const WARM_UP = { "node-cpu": 200, "node-wasm": 1000 };
const [MEASURED_MS, RUNS] = [400, 7];

/** So that no hypothesis ends by itself, and each path takes as many steps as the others. */
export function withoutEnd(weights: State): void {
  weights.get("decoder.readout.b")!.data[END_ID] = -1e4;
}

/** Times every way in which this machine gets from sources to targets, one after the other. */
export async function benchPaths(bundle: Bundle, options: PathOptions): Promise<DecodePath[]> {
  const paths: DecodePath[] = [];
  for (const device of ["node-cpu", "node-wasm"] as const) {
    for (const graphs of ["split", "generate"] as const) {
      const session = { provider: DEVICES[device], threads: options.threads };
      const decoder = await (graphs === "split" ? openSplit(bundle, session) : openWhole(bundle, session));
      try {
        for (const beams of BEAMS) {
          const ms = await medianTime(() => decoder.run(options, beams), WARM_UP[device]);
          paths.push({ device, graphs, beams, batch: options.sources.length, msPerToken: round(ms / options.length, 4) });
        }
      } finally {
        await decoder.close();
      }
    }
  }
  return paths;
}

interface Decoder {
  run(options: PathOptions, beams: number): Promise<unknown>;
  close(): Promise<void>;
}

async function openSplit(bundle: Bundle, options: SessionOptions): Promise<Decoder> {
  const model = await Seq2Seq.open(bundle, options);
  return {
    run: ({ sources, length }, beams) => search(model, sources, { maxLength: length, beams, batchSize: sources.length * beams }),
    close: () => model.dispose(),
  };
}

async function openWhole(bundle: Bundle, options: SessionOptions): Promise<Decoder> {
  const session = await createSession(await graphSource(bundle, bundle.variant.graphs.generate!), options);
  const whole = (number: number): Tensor => new Tensor("int32", Int32Array.of(number), []);
  return {
    run: ({ sources, length }, beams) =>
      session.run({
        source: new Tensor("int32", Int32Array.from(sources.flat()), [sources.length, sources[0]!.length]),
        source_lengths: new Tensor("int32", new Int32Array(sources.length).fill(sources[0]!.length), [sources.length]),
        max_length: whole(length),
        beams: whole(beams),
        length_penalty: new Tensor("float32", Float32Array.of(1), []),
      }),
    close: () => session.release(),
  };
}

async function medianTime(run: () => Promise<unknown>, warmUp: number): Promise<number> {
  for (const begin = performance.now(); performance.now() - begin < warmUp;) await run();
  const times: number[] = [];
  const begin = performance.now();
  while (times.length < RUNS || performance.now() - begin < MEASURED_MS) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return median(times);
}
