import { runJob } from "./run-job.ts";

/** The program of a device of Node's, in a process of its own: a provider may take its process down. */
await runJob(process.argv[2], { bundleAt: ({ bundle }) => bundle });
