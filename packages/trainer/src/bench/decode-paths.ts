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
/** Of all paths together: V8 compiles wasm again, faster, while it runs. */
const WARM_UP_MS = { "node-cpu": 500, "node-wasm": 4000 };
const [MEASURED_MS, ROUNDS] = [2000, 7];

/** So that no hypothesis ends by itself, and each path takes as many steps as the others. */
export function withoutEnd(weights: State): void {
  weights.get("decoder.readout.b")!.data[END_ID] = -1e4;
}

/** Times every way in which this machine gets from sources to targets. */
export async function benchPaths(bundle: Bundle, options: PathOptions): Promise<DecodePath[]> {
  const paths: DecodePath[] = [];
  for (const device of ["node-cpu", "node-wasm"] as const) {
    const session = { provider: DEVICES[device], threads: options.threads };
    const split = await openSplit(bundle, session);
    const whole = await openWhole(bundle, session);
    const ways = (["split", "generate"] as const).flatMap((graphs) => BEAMS.map((beams) => ({ graphs, beams })));
    const times = await timeInTurns(
      ways.map(
        ({ graphs, beams }) =>
          () =>
            (graphs === "split" ? split : whole).run(options, beams),
      ),
      WARM_UP_MS[device],
    );
    await Promise.all([split.close(), whole.close()]);
    for (const [i, way] of ways.entries()) {
      paths.push({ device, ...way, batch: options.sources.length, msPerToken: round(times[i] / options.length, 4) });
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

/** The median time of each, run one after the other in rounds: whatever else the machine does for a while, it does to all of them. */
async function timeInTurns(runs: readonly (() => Promise<unknown>)[], warmUpMs: number): Promise<number[]> {
  for (const begin = performance.now(); performance.now() - begin < warmUpMs;) for (const run of runs) await run();
  const times = runs.map((): number[] => []);
  const begin = performance.now();
  for (let round = 0; round < ROUNDS || performance.now() - begin < MEASURED_MS; round++) {
    for (const [i, run] of runs.entries()) {
      const start = performance.now();
      await run();
      times[i].push(performance.now() - start);
    }
  }
  return times.map(median);
}
