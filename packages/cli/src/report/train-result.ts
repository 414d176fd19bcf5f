import type { TrainEvent } from "@s2s/trainer";

/** What `s2s train --json` prints: the end of the run and its figures. */
export function trainResult(events: readonly TrainEvent[]): object {
  const start = events.find((event) => event.type === "start");
  const end = events.findLast((event) => event.type === "finished" || event.type === "interrupted");
  if (start === undefined || end === undefined) throw new Error("training ended without telling how");
  const { task, parameters, examples, vocabulary, threads } = start;
  const { type, next: _next, ...rest } = end;
  const epochs = events.filter((event) => event.type === "validation").map(({ type: _type, epochs: _epochs, ...figures }) => figures);
  return { status: type, ...rest, task, parameters, examples, vocabulary, threads, history: epochs };
}
