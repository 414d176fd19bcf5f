import { Engine } from "../engine/engine.ts";
import type { GenerateData, OpenRequest, Pair, ScoreData, Service } from "../engine/service.ts";
import type { PredictData } from "../predict/prediction.ts";
import { toFailure } from "./failure.ts";
import type { Port, Request } from "./protocol.ts";

type Call = Extract<Request, { method: string }>;

/** Answers for one model, in a worker. */
export function serve(port: Port): void {
  const running = new Map<number, AbortController>();
  let opened: Service | undefined;
  const service = (): Service => {
    if (opened === undefined) throw new Error("no model was opened");
    return opened;
  };

  async function answer({ id, method, args }: Call, signal: AbortSignal): Promise<unknown> {
    const onEvent = (event: unknown): void => port.post({ id, event });
    switch (method) {
      case "open":
        opened = await Engine.open(args[0] as OpenRequest, { signal, onProgress: onEvent });
        return opened.info;
      case "generate":
        return service().generate(args[0] as unknown[], args[1] as GenerateData, signal);
      case "stream":
        return service().stream(args[0], args[1] as GenerateData, onEvent, signal);
      case "score":
        return service().score(args[0] as Pair[], args[1] as ScoreData, signal);
      case "predict":
        return service().predict(args[0] as unknown[], args[1] as PredictData, signal);
      case "dispose":
        return opened?.dispose();
    }
  }

  port.listen((request) => {
    if ("abort" in request) return running.get(request.abort)?.abort();
    const { id } = request;
    const controller = new AbortController();
    running.set(id, controller);
    answer(request, controller.signal)
      .then(
        (value) => port.post({ id, value }),
        (error: unknown) => port.post({ id, failure: toFailure(error) }),
      )
      .finally(() => running.delete(id));
  });
  port.post({ ready: true });
}
