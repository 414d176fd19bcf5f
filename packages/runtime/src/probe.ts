import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { AbsentProvider, providerRequirements, type Provider } from "./providers.ts";

/** What `s2s doctor` says of a provider. */
export type ProviderReport =
  | { readonly provider: Provider; readonly available: true; readonly version: string }
  | { readonly provider: Provider; readonly available: false; readonly why: string; readonly install: string };

/** `y = Identity(x)` on one float: the smallest graph that makes a provider start. */
const IDENTITY = "CAg6OwoQCgF4EgF5IghJZGVudGl0eRIFcHJvYmVaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgIQEQ==";

/** CommonJS, given to `node -e`: the child must run from sources and from the built package alike. */
const SCRIPT = `
const [file, provider, model] = process.argv.slice(1);
const fail = (error) => { console.log(JSON.stringify({ why: String((error && error.message) || error) })); process.exit(0); };
let ort;
try { ort = require(file); } catch (error) { fail(error); }
ort.env.logLevel = "error";
ort.env.wasm.numThreads = 1;
(async () => {
  const session = await ort.InferenceSession.create(Buffer.from(model, "base64"), { executionProviders: [provider] });
  const { y } = await session.run({ x: new ort.Tensor("float32", [7], [1]) });
  if (y.data[0] !== 7) throw new Error("it computed a wrong value");
  console.log(JSON.stringify({ version: ort.env.versions.node ?? ort.env.versions.web }));
  process.exit(0);
})().catch(fail);
`;

/**
 * Starts a provider in a process of its own and runs a graph on it. A process of its own, since a missing driver may write to
 * stderr past every log level or end the process, and what it writes there is the only place where the cause stands.
 */
export async function probeProvider(provider: Provider, { timeoutSeconds = 60 } = {}): Promise<ProviderReport> {
  const absent = (why: string): ProviderReport => ({ provider, available: false, why, install: providerRequirements(provider) });
  const [name, entry] = provider === "wasm" ? ["onnxruntime-web", "onnxruntime-web/wasm"] : ["onnxruntime-node", "onnxruntime-node"];
  let file: string;
  try {
    file = createRequire(import.meta.url).resolve(entry);
  } catch {
    return absent(`the package ${name} is not installed`);
  }
  const { stdout, stderr, end } = await runNode(["-e", SCRIPT, file, provider, IDENTITY], timeoutSeconds);
  const answer = parseAnswer(stdout);
  if (answer?.version !== undefined) return { provider, available: true, version: answer.version };
  return absent(cause(stderr) ?? (answer?.why === undefined ? end : shorten(answer.why)));
}

/** @throws UserError with what to install, unless the provider is available. The CPU is taken for granted. */
export async function requireProvider(provider: Provider): Promise<void> {
  if (provider === "cpu") return;
  const report = await probeProvider(provider);
  if (!report.available) throw new AbsentProvider(provider, report.why);
}

function parseAnswer(stdout: string): { version?: string; why?: string } | undefined {
  try {
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
}

/** The library that could not be opened, if that was it: "libcudnn.so.9: cannot open shared object file: ...". */
function cause(stderr: string): string | undefined {
  return stderr.match(/[\w.+-]+: cannot open shared object file: No such file or directory/g)?.at(-1);
}

/** ONNX Runtime puts source file, function and condition before what happened. */
function shorten(why: string): string {
  const line = why.trim().split("\n")[0] ?? "";
  return line.replace(/^.* was false\. /, "").slice(0, 300);
}

interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** How it ended, in words. */
  readonly end: string;
}

function runNode(args: readonly string[], timeoutSeconds: number): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutSeconds * 1000,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (error) => resolve({ stdout, stderr, end: error.message }));
    child.on("close", (code, signal) => {
      const end =
        signal === "SIGKILL" ? `it did not start within ${timeoutSeconds} s` : `it ended the process (${signal ?? `exit code ${code}`})`;
      resolve({ stdout, stderr, end });
    });
  });
}
