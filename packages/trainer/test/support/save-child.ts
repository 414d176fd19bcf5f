import { CheckpointFolder } from "../../src/checkpoint.ts";
import { startPosition } from "../../src/position.ts";

// Saves a checkpoint of so many numbers; prints the error where it cannot.
const [folder, size] = process.argv.slice(2) as [string, string];
const state = new Map([["w", { shape: [Number(size)], data: new Float32Array(Number(size)) }]]);
try {
  await new CheckpointFolder(folder).save({ state, position: startPosition(1, 0.1), configHash: "", dataHash: "" });
} catch (error) {
  process.stdout.write(`${(error as Error).name}: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
