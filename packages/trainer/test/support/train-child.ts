import { holdsRun } from "../../src/run-folder.ts";
import { watchingChanges } from "./failing-disk.ts";
import { collect, toyConfig, toyOptions } from "./toy-run.ts";

// Starts the run in a folder, or goes on with it; prints a line for every event, or the error.
// `killAt`: before which change of the file system this process kills itself; 0: before none.
const [folder, data, epochs, killAt] = process.argv.slice(2) as [string, string, string, string];
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const config = toyConfig(data, { epochs: Number(epochs), saveEvery: 2 });
const before = (change: number): void => {
  if (change === Number(killAt)) process.kill(process.pid, "SIGKILL");
};
try {
  await watchingChanges(before, async () =>
    collect(toyOptions(folder, config, { resume: await holdsRun(folder) }), (event) => {
      print(`${event.type} ${"step" in event ? event.step : ""}`);
      return false;
    }),
  );
} catch (error) {
  print(`${(error as Error).name}: ${(error as Error).message}`);
  process.exitCode = 2;
}
