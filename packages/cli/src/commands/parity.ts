import { type DeviceReport, type Figures, type ParityOptions, type ParityReport, checkParity, DEVICE_NAMES } from "@s2s/parity";
import { Command, Option } from "commander";
import { EXIT } from "../errors.ts";
import { catchInterrupts } from "../interrupt.ts";
import { countOption, jsonOption } from "../options/common.ts";
import { percent, table } from "../report/format.ts";
import { type Colors, colorsFor, type Terminal } from "../terminal.ts";

interface Options {
  readonly devices?: readonly string[];
  readonly timeout: number;
  readonly json?: boolean;
}

const HELP = `
Devices: ${DEVICE_NAMES.join(", ")}; cpu, wasm, webgpu and cuda are Node's.
One that is not there is skipped and says why; CUDA is used only where it is named. Chromium is looked for as chromium, google-chrome and the like;
CHROME_PATH names another.

A difference is the largest |a - b| / max(1, |b|) from a float64 reference in plain TypeScript. Bounds: float32 1e-5 on cpu and wasm, 1e-4 on webgpu and
cuda, and the same ids (where the reference itself decided by less than the bound, other ids are counted as a tie); float16 1e-2; int8: 90% of the
tokens along given targets, or of labels; of numbers and strokes, 10% off by root mean square.

Exit codes: 0 all devices that were run are within their bounds, 1 one is not or none was run, 2 a mistake in what was given.

Examples:
  $ s2s parity tmp/bundle
  $ s2s parity tmp/bundle --devices cpu,wasm,webgpu --json`;

export function parityCommand(terminal: Terminal): Command {
  return new Command("parity")
    .description("compare what a model says on every device with a float64 reference")
    .argument("<bundle>", "folder of a bundle or of a run")
    .addOption(new Option("--devices <names>", "separated by commas (default: all that are here, without CUDA)").argParser(splitNames))
    .addOption(countOption("timeout", "most seconds that a device may take", 86_400).default(600))
    .addOption(jsonOption('print {"devices": [...], "ok"} as one JSON object'))
    .addHelpText("after", HELP)
    .action(async (bundle: string, { devices, timeout, json = false }: Options) => {
      const report = await checked(bundle, { devices, timeoutSeconds: timeout }, terminal);
      if (!report) return;
      if (json) terminal.printJson(report);
      else for (const line of lines(report, colorsFor(terminal.stdout))) terminal.print(line);
      if (!report.ok) terminal.exitCode = EXIT.different;
    });
}

/** Undefined after a Ctrl-C, which also ends what was started: browsers would go on for ever. */
async function checked(bundle: string, options: ParityOptions, terminal: Terminal): Promise<ParityReport | undefined> {
  const interruption = catchInterrupts(() => terminal.note("ending the devices' processes"));
  try {
    const onDevice: ParityOptions["onDevice"] = ({ name, report }) => report ?? terminal.note(`${name} ...`);
    return await checkParity(bundle, { ...options, signal: interruption.signal, onDevice });
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    terminal.exitCode = interruption.exitCode();
    return undefined;
  } finally {
    interruption.dispose();
  }
}

const splitNames = (text: string): string[] => text.split(",").map((name) => name.trim());

function lines({ devices, reference }: ParityReport, colors: Colors): string[] {
  const rows = devices.flatMap(rowsOf);
  const notes = devices.flatMap(({ name, status, reason, adapter }) => [
    ...(adapter === undefined ? [] : [`${name}: on ${adapter}`]),
    ...(status === "ok" || reason === undefined ? [] : [colors[status === "failed" ? "red" : "yellow"](`${name}: ${status}: ${reason}`)]),
  ]);
  const weights = reference === "float32" ? [] : [`the bundle has no float32 weights: the reference computes with its ${reference} ones`];
  return [...table([["device", "precision", "what", "difference", "bound", "ok"], ...rows]), ...notes, ...weights];
}

function rowsOf({ name, status, variants = [], training }: DeviceReport): string[][] {
  if (status === "skipped") return [[name, "", "", "", "", "skipped"]];
  if (variants.length === 0) return [[name, "", "", "", "", "no"]];
  const rows = variants.flatMap(({ precision, bound, ok, generate, ...figures }) => {
    const within = (value: number): string => (bound === undefined ? "" : yes(value <= bound));
    const { maxStateDifference: states, maxLogitDifference: logits, maxOutputDifference: outputs, maxScoreDifference: scores } = figures;
    const shown = Object.entries({ states, logits, outputs, scores }).flatMap(([what, value]) =>
      value === undefined ? [] : [[name, precision, what, small(value), bound === undefined ? "" : small(bound), within(value)]],
    );
    if (figures.idsEqual === undefined) {
      if (precision === "int8") shown.push([name, precision, "outputs alike", likeness(figures), "", yes(ok)]);
      return shown;
    }
    const answers = generate ? "answers, also of generate.onnx" : "answers";
    const verdict = precision === "float32" ? yes(figures.idsEqual) : precision === "int8" ? yes(ok) : "";
    return [...shown, [name, precision, answers, agreement(figures), "", verdict]];
  });
  for (const [what, value] of Object.entries({ losses: training?.lossDifference, gradients: training?.gradientDifference })) {
    if (training && value !== undefined)
      rows.push([name, "float32", what, small(value), small(training.bound), yes(value <= training.bound)]);
  }
  return rows;
}

const yes = (ok: boolean): string => (ok ? "yes" : "no");
const small = (value: number): string => value.toExponential(1);

/** Of what gives no tokens. */
const likeness = ({ rowAgreement = 0, outputDistance = 0 }: Figures): string =>
  `${percent(rowAgreement)} of the largest, ${percent(outputDistance)} off`;

function agreement({ idsEqual, ties = 0, outputAgreement = 0, tokenAgreement }: Figures): string {
  const tied = ties > 0 ? `, ${ties} tied` : "";
  if (idsEqual) return `equal${tied}`;
  const tokens = tokenAgreement === undefined ? "" : `, ${percent(tokenAgreement)} of tokens`;
  return `${percent(outputAgreement)} equal${tokens}${tied}`;
}
