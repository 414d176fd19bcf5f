import { type Bundle, openBundleAt } from "@s2s/runtime/parts";
import type { Precision } from "@s2s/runtime/manifest";
import { decodeWire, encodeWire } from "../wire.ts";
import type { Answer, Findings, Job, VariantFindings } from "../workload.ts";
import { examine } from "./examine.ts";
import { train } from "./train.ts";

/** What a device's program knows of where it runs. */
export interface Surroundings {
  /** Path or address of the bundle. */
  readonly bundleAt: (job: Job, address: string) => string;
  /** Whether there is what the job's provider needs, as far as it can be told beforehand. */
  look?(job: Job): Promise<Look>;
}

export type Look = { readonly absent: string } | { readonly adapter?: string };

/** A device's whole program: fetches its job from an address, does it and posts what it found, or why it could not. */
export async function runJob(address: string, surroundings: Surroundings): Promise<void> {
  let answer: Answer;
  try {
    const response = await fetch(`${address}job`);
    if (!response.ok) throw new Error(`the job could not be fetched: ${response.status}`);
    answer = await answerJob(decodeWire(new Uint8Array(await response.arrayBuffer())) as Job, address, surroundings);
  } catch (error) {
    answer = { failure: describe(error) };
  }
  await post(address, answer);
}

export async function post(address: string, answer: Answer): Promise<void> {
  await fetch(`${address}result`, { method: "POST", body: encodeWire(answer) });
}

async function answerJob(job: Job, address: string, { bundleAt, look }: Surroundings): Promise<Answer> {
  const seen = (await look?.(job)) ?? {};
  if ("absent" in seen) return seen;
  const { workload, provider } = job;
  const options = { provider, threads: 1 };
  const open = (precision?: Precision): Promise<Bundle> => openBundleAt(bundleAt(job, address), { precision, cache: false });
  const { manifest } = await open();
  const variants: VariantFindings[] = [];
  for (const { precision } of manifest.variants) variants.push(await examine(await open(precision), workload, options));
  let findings: Findings = { variants };
  if (workload.training && manifest.trainable) {
    findings = { variants, training: await train(await open("float32"), manifest.trainable, workload.training, options) };
  }
  return { findings, ...seen };
}

/** A user's mistake speaks for itself, anything else comes with the place where it happened. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "UserError" ? error.message : (error.stack ?? error.message);
}
