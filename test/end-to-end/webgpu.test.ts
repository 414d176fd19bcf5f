import { probeProvider } from "@s2s/runtime";
import { expect, test } from "vitest";
import { useSwiftShader } from "../support/swiftshader.ts";
import { pictures } from "../support/task-data.ts";
import { reversalPairs, sequences } from "../support/tasks.ts";
import { type Figures, type TrainFigures, Workplace } from "../support/workplace.ts";

const wanted = useSwiftShader();
const report = await probeProvider("webgpu");
const place = await Workplace.create();

test("training on WebGPU takes the same way as on the CPU", { timeout: 300_000 }, async ({ skip }) => {
  // Where a device was promised, its absence is a failure.
  if (!report.available) skip(!wanted, `no WebGPU device: ${report.why}; ${report.install}`);
  await place.write("pairs.tsv", reversalPairs(sequences(["a", "b", "c"], 3).slice(-24)));
  const data = ["--data", "pairs.tsv", "--valid", "pairs.tsv", "--batch-size", "24", "--bucket", "4", "--epochs", "3", "--lr", "0.01"];
  const model = ["--hidden", "8", "--embedding", "7", "--bidirectional", "--dropout", "0.1", "--threads", "1"];
  const [cpu, webgpu] = await Promise.all(
    ["cpu", "webgpu"].map((ep) => place.json<TrainFigures>("train", ...data, ...model, "--ep", ep, "--out", ep)),
  );
  const losses = ({ history }: TrainFigures) => history.flatMap(({ trainingLoss, validation }) => [trainingLoss, validation.loss]);
  expect(losses(webgpu!)).toHaveLength(6);
  for (const [i, loss] of losses(webgpu!).entries()) expect(Math.abs(loss - losses(cpu!)[i]!)).toBeLessThan(1e-3);
  const evaluate = ["evaluate", "webgpu", "--data", "pairs.tsv", "--batch-size", "24", "--ep"];
  const [there, here] = [await place.json<Figures>(...evaluate, "webgpu"), await place.json<Figures>(...evaluate, "cpu")];
  expect(there.loss).toBeCloseTo(here.loss, 4);
  expect(there.sequenceAccuracy).toBe(here.sequenceAccuracy);
  // What was saved from the device goes on elsewhere.
  expect(await place.json("train", "--resume", "webgpu", "--ep", "cpu", "--epochs", "4")).toMatchObject({ status: "finished", step: 4 });
  expect(await place.ok("translate", "webgpu", "abc", "--ep", "webgpu")).toBe(await place.ok("translate", "webgpu", "abc"));
});

test("a model that sees pictures learns on WebGPU what it learns on the CPU", { timeout: 600_000 }, async ({ skip }) => {
  if (!report.available) skip(!wanted, `no WebGPU device: ${report.why}; ${report.install}`);
  for (const [name, content] of Object.entries(pictures(24))) await place.write(name, content);
  const data = ["--task", "caption", "--data", "pictures.tsv", "--valid", "pictures.tsv", "--images", "images", "--target.tokens", "word"];
  const sizes = [
    "--source.width",
    "10",
    "--source.height",
    "8",
    "--encoder.filters",
    "3,4",
    "--encoder.features",
    "6",
    "--decoder.hidden",
    "8",
  ];
  const run = ["--batch-size", "24", "--epochs", "2", "--lr", "0.02", "--threads", "1"];
  const losses: number[] = [];
  for (const ep of ["cpu", "webgpu"]) {
    const { history } = await place.json<TrainFigures>("train", ...data, ...sizes, ...run, "--ep", ep, "--out", `pictures-${ep}`);
    losses.push(history.at(-1)!.validation.loss);
  }
  expect(Math.abs(losses[0]! - losses[1]!)).toBeLessThan(1e-4);
});
