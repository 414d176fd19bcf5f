import type { InputConfig } from "@s2s/runtime/manifest";
import type { ModelInput, PredictOptions } from "@s2s/runtime";
import { bad, OPTIONS, readOptions, type RequestLimits } from "./generate-request.ts";

/** A checked request for predictions: of one input, or of several. */
export interface PredictRequest {
  readonly inputs: readonly ModelInput[];
  readonly many: boolean;
  readonly options: Omit<PredictOptions, "signal">;
}

const KEYS = ["input", "inputs", "bias", ...OPTIONS];
/** A picture's file as text: a data address, or its base64 alone. */
const BASE64 = /^(?:data:image\/(?:png|jpeg);base64,)?([A-Za-z0-9+/\s]+={0,2}\s*)$/;

/**
 * Reads the body of `POST /predict`. What an input is follows from the model; it is read as JSON, a picture as the base64 of a PNG or JPEG file.
 * @throws HttpError 400 as `readGenerateRequest`
 */
export function readPredictRequest(body: unknown, kind: InputConfig["kind"], limits: RequestLimits): PredictRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw bad('the body must be an object such as {"input": "..."}');
  const { input, inputs, bias, ...rest } = body as Readonly<Record<string, unknown>>;
  const options = { ...readOptions(rest, limits, KEYS), ...(bias !== undefined && { bias: bias as number }) };
  if ((input === undefined) === (inputs === undefined)) throw bad('give either "input" or "inputs", a list of them');
  if (input !== undefined) return { inputs: [readInput(input, kind)], many: false, options };
  if (!Array.isArray(inputs)) throw bad("inputs must be a list");
  if (inputs.length > limits.maxTexts)
    throw bad(`inputs may hold at most ${limits.maxTexts}, not ${inputs.length}: send the rest in further requests`);
  return { inputs: inputs.map((each) => readInput(each, kind)), many: true, options };
}

function readInput(value: unknown, kind: InputConfig["kind"]): ModelInput {
  if (kind === "tokens" || kind === "none") {
    if (typeof value !== "string") throw bad("an input must be a text");
    return value;
  }
  if (kind === "image") return readPicture(value);
  if (kind === "frames" && Array.isArray(value)) return value.map(readPicture) as ModelInput;
  if (typeof value === "string") throw bad("an input must be a list of numbers");
  return value as ModelInput;
}

/** A text here is never a path: a client must not reach the server's files. */
function readPicture(value: unknown): ModelInput {
  if (typeof value !== "string") return value as ModelInput;
  const [, base64] = BASE64.exec(value) ?? [];
  if (base64 === undefined) throw bad("a picture must be the base64 of a PNG or JPEG file, or lists of numbers");
  return new Uint8Array(Buffer.from(base64, "base64"));
}
