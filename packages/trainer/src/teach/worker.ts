// The worker of the page on which a model is taught: all of the work is done here.
import { wasmBeside } from "@s2s/runtime/parts";
import { Lesson, type LessonStep } from "./lesson.ts";
import type { Event, Reply, Request } from "./protocol.ts";

/** Steps are told of in groups: a page draws some sixty times a second at most. */
const TELL_EVERY_MS = 50;

const port = globalThis as unknown as Worker;
const post = (reply: Reply, transfer: Transferable[] = []): void => port.postMessage(reply, transfer);
let lesson: Lesson | undefined;
let stopped = false;

wasmBeside();
port.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  const { id } = data;
  answer(data, (event) => post({ id, event })).then(
    (value) => post({ id, value }, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []),
    (error: unknown) => post({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});

async function answer(request: Request, tell: (event: Event) => void): Promise<unknown> {
  if (request.method === "open") {
    const [address, cache] = request.args;
    lesson = await Lesson.open(address, { cache, onProgress: (_, loaded, total) => tell({ kind: "download", loaded, total }) });
    return { learningRate: lesson.learningRate };
  }
  if (lesson === undefined) throw new Error("no model was opened");
  switch (request.method) {
    case "describe":
      return request.args[0].map((pair) => (lesson as Lesson).describe(pair));
    case "answers":
      return lesson.answers(request.args[0]);
    case "teach":
      return teach(lesson, request, tell);
    case "stop":
      stopped = true;
      return null;
    case "reset":
      await lesson.reset();
      return null;
    case "weights":
      return lesson.weights();
  }
}

async function teach(
  lesson: Lesson,
  { args: [pairs, options] }: Extract<Request, { method: "teach" }>,
  tell: (event: Event) => void,
): Promise<{ stopped: boolean }> {
  stopped = false;
  let steps: LessonStep[] = [];
  let told = performance.now();
  const flush = () => {
    if (steps.length > 0) tell({ kind: "steps", steps });
    steps = [];
    told = performance.now();
  };
  for await (const step of lesson.teach(pairs, options)) {
    steps.push(step);
    if (step.answers || performance.now() - told > TELL_EVERY_MS) flush();
    await heard();
    if (stopped) break;
  }
  flush();
  return { stopped };
}

const { port1, port2 } = new MessageChannel();
let resolveHeard = (): void => {};
port1.addEventListener("message", () => resolveHeard());
port1.start();

/** Until the messages that came meanwhile, a stop among them, have been heard. A timer would be slowed down to 4 ms. */
function heard(): Promise<void> {
  return new Promise((resolve) => {
    resolveHeard = resolve;
    port2.postMessage(null);
  });
}
