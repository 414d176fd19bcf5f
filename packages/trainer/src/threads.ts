import { availableParallelism } from "node:os";

/** CPU threads where nobody says how many: the machine's cores, at most 8. */
export const defaultThreads = (): number => Math.min(availableParallelism(), 8);
