import { setImmediate } from "node:timers/promises";
import { readBundle, resolveBundle } from "@s2s/runtime";
import type { Manifest, OutputConfig } from "@s2s/runtime/manifest";
import { type Device, chooseDevices } from "./devices.ts";
import { askDevice } from "./hosts/ask.ts";
import { judgeVariant } from "./judge.ts";
import type { Expectation, ExpectedBatch } from "./expect/expecter.ts";
import { expecterOf } from "./expect/index.ts";
import { drawSources } from "./probes.ts";
import type { Weights } from "./reference/parameters.ts";
import type { DeviceReport, ParityReport } from "./report.ts";
import { type ExpectedTraining, expectTraining, judgeTraining } from "./training.ts";
import { readWeights } from "./weights.ts";
import type { Answer, Findings, Workload } from "./workload.ts";

export interface ParityOptions {
  /** Names as `chooseDevices` takes them (default: all that need no download). */
  readonly devices?: readonly string[] | undefined;
  /** Longest that a device may take (default 600). */
  readonly timeoutSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told when a device's turn comes, and what came of it. */
  readonly onDevice?: ((event: { readonly name: string; readonly report?: DeviceReport }) => void) | undefined;
}

/** What every device is asked, and what the reference answers. */
interface Plan {
  readonly output: OutputConfig["kind"];
  readonly workload: Workload;
  readonly batches: readonly ExpectedBatch[];
  readonly training: ExpectedTraining | undefined;
}

/**
 * Runs a bundle on every device and holds states, logits or other outputs, answers, and where it is trainable losses and gradients, against a float64 reference.
 * @throws UserError where there is no bundle, it is damaged, or a device has another name
 */
export async function checkParity(path: string, options: ParityOptions = {}): Promise<ParityReport> {
  const devices = chooseDevices(options.devices);
  const folder = await resolveBundle(path);
  const { manifest } = await readBundle(folder);
  const { weights, precision } = await readWeights(folder, manifest);
  const plan = await makePlan(manifest, weights, options.signal);
  const reports: DeviceReport[] = [];
  let nodeCpu: Findings | undefined;
  for (const device of devices) {
    options.signal?.throwIfAborted();
    options.onDevice?.({ name: device.name });
    const { timeoutSeconds = 600, signal } = options;
    const answer = await askDevice(device, { bundle: folder, provider: device.provider, workload: plan.workload }, namesOf(manifest), {
      timeoutSeconds,
      signal,
    });
    const report = reportOf(device, answer, plan, nodeCpu);
    if (device.name === "node-cpu" && "findings" in answer) nodeCpu = answer.findings;
    options.onDevice?.({ name: device.name, report });
    reports.push(report);
  }
  const ran = reports.filter(({ status }) => status !== "skipped");
  return { devices: reports, ok: ran.length > 0 && ran.every(({ status }) => status === "ok"), reference: precision };
}

const namesOf = ({ files }: Manifest): string[] => ["s2s.json", ...files.map(({ name }) => name)];

async function makePlan(manifest: Manifest, weights: Weights, signal: AbortSignal | undefined): Promise<Plan> {
  const expecter = expecterOf(manifest, weights);
  const between = async (): Promise<void> => {
    // Lets an interruption be heard.
    await setImmediate();
    signal?.throwIfAborted();
  };
  const batches: Expectation[] = [];
  for (const sources of drawSources(manifest)) batches.push(await expecter.expect(sources, between));
  const training = expectTraining(manifest, weights, expecter, batches);
  return {
    output: manifest.model.output.kind,
    workload: { batches: batches.map(({ work }) => work), searches: expecter.searches, ...(training && { training: training.work }) },
    batches: batches.map(({ expected }) => expected),
    training,
  };
}

function reportOf(device: Device, answer: Answer, plan: Plan, nodeCpu?: Findings): DeviceReport {
  const { workload, batches, training } = plan;
  const { name } = device;
  if ("absent" in answer) return { name, status: "skipped", reason: answer.absent };
  if ("failure" in answer) return { name, status: "failed", reason: answer.failure };
  const { findings, adapter } = answer;
  const judged = findings.variants.map((found) => {
    const other = nodeCpu?.variants.find(({ precision }) => precision === found.precision);
    return judgeVariant(found, device, workload, batches, other, plan.output);
  });
  const trained = training && findings.training && judgeTraining(findings.training, device, training, nodeCpu?.training);
  const problems = [...judged.flatMap((each) => each.problems), ...(trained?.problems ?? [])];
  const first = judged.find(({ report }) => report.precision === "float32") ?? judged[0];
  const { maxStateDifference, maxLogitDifference, maxOutputDifference, maxScoreDifference, idsEqual } = first.report;
  return {
    name,
    status: problems.length === 0 ? "ok" : "failed",
    ...(problems.length > 0 && { reason: problems.join("; ") }),
    ...(adapter !== undefined && { adapter }),
    ...(maxStateDifference !== undefined && { maxStateDifference }),
    ...(maxLogitDifference !== undefined && { maxLogitDifference }),
    ...(maxOutputDifference !== undefined && { maxOutputDifference }),
    ...(maxScoreDifference !== undefined && { maxScoreDifference, idsEqual }),
    ...(trained && { lossDifference: trained.report.lossDifference, gradientDifference: trained.report.gradientDifference }),
    variants: judged.map(({ report }) => report),
    ...(trained && { training: trained.report }),
  };
}
