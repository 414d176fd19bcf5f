import type { Manifest } from "../../manifest.ts";
import type { PredictOptions } from "../../page.ts";
import type { Classification, Drawing, Forecast, Prediction, Tagging } from "../../predict/prediction.ts";
import { make } from "../make.ts";
import type { Shown, TaskHost, TaskView } from "../task-view.ts";
import { type Ask, askText, type MakeAsk } from "./ask.ts";
import { askNumbers } from "./ask-numbers.ts";
import { askPicture } from "./ask-picture.ts";
import { askRows } from "./ask-rows.ts";
import { Settings } from "./settings.ts";
import { showDrawing } from "./show-drawing.ts";
import { showLabel } from "./show-label.ts";
import { showLabels } from "./show-labels.ts";
import { showNumbers } from "./show-numbers.ts";
import { taskStyles } from "./styles.ts";
import { fill } from "./words.ts";

export { TASK_WORDS } from "./words.ts";

const ASKS = {
  text: askText("input"),
  prompt: askText("prompt"),
  rows: askRows,
  numbers: askNumbers,
  picture: askPicture,
} satisfies Readonly<Record<string, MakeAsk>>;

type Show = (prediction: Prediction, input: unknown, host: TaskHost) => Shown;

const SHOWS = {
  tokens: undefined,
  label: (prediction) => showLabel(prediction as Classification),
  labels: (prediction) => showLabels(prediction as Tagging),
  numbers: (prediction, input, host) => showNumbers(prediction as Forecast, input, host.manifest()?.series, host.words()),
  strokes: (prediction, _, host) => showDrawing(prediction as Drawing, host.words()),
} satisfies Readonly<Record<Manifest["model"]["output"]["kind"], Show | undefined>>;

interface Shape {
  /** Nothing: of what draws freely. */
  readonly ask: keyof typeof ASKS | "nothing";
  readonly show: keyof typeof SHOWS;
}

/** What most models of a task are like, for as long as the model is not there to say. */
const USUAL: Readonly<Record<string, Shape>> = {
  tag: { ask: "text", show: "labels" },
  generate: { ask: "prompt", show: "tokens" },
  forecast: { ask: "rows", show: "numbers" },
  caption: { ask: "picture", show: "tokens" },
  draw: { ask: "nothing", show: "strokes" },
};

function shapeOf(task: string, manifest: Manifest | undefined): Shape {
  if (manifest === undefined) return USUAL[task] ?? { ask: "text", show: "label" };
  const { input, output } = manifest.model;
  const show = output.kind;
  switch (input.kind) {
    case "tokens":
      return { ask: "text", show };
    case "none":
      return { ask: show === "tokens" ? "prompt" : "nothing", show };
    case "image":
      return { ask: "picture", show };
    default:
      return { ask: manifest.series === undefined ? "numbers" : "rows", show };
  }
}

/**
 * The view for a task and, once there is a model, for what it takes and gives.
 * @param now the view that there is, which stays where it serves
 * @param usual options that fields begin with
 */
export function taskView(task: string, host: TaskHost, now: TaskView | undefined, usual: PredictOptions): TaskView {
  const { ask: asked, show: shown } = shapeOf(task, host.manifest());
  const shape = `${asked} ${shown}`;
  if (now?.shape === shape) {
    now.begin(usual);
    return now;
  }
  const drawn = shown === "strokes" ? (["bias", "seed"] as const) : asked === "prompt" ? (["temperature", "seed"] as const) : [];
  const settings = new Settings(drawn);
  settings.begin(usual);
  const ask: Ask = asked === "nothing" ? { ...ASKS.prompt(host), main: settings.main, name: "bias" as const } : ASKS[asked](host);
  const show: Show | undefined = SHOWS[shown];
  return {
    shape,
    styles: taskStyles(),
    fields: make("fieldset", { part: "fields" }, ...ask.fields, ...settings.elements),
    main: ask.main,
    lines: ask.lines,
    name: ask.name,
    get placeholder() {
      return ask.placeholder();
    },
    setWords(words) {
      ask.setWords(words);
      settings.setWords(words);
    },
    isEmpty: ask.isEmpty,
    read(text, usual, given) {
      settings.begin({ ...usual, beams: given.beams ?? usual.beams });
      const input = ask.read(text, host.manifest() as Manifest);
      const options = { ...usual, ...settings.read(), ...given };
      const byChance = shown === "strokes" || (asked === "prompt" && (options.temperature ?? 0) > 0);
      if (!byChance || options.seed !== undefined) return { input, options };
      const seed = Math.floor(Math.random() * 2 ** 32);
      return { input, options: { ...options, seed }, note: fill(host.words().usedSeed, { seed }) };
    },
    take: ask.take,
    begin: (usual) => settings.begin(usual),
    reset(usual) {
      ask.reset?.();
      settings.reset(usual);
    },
    ...(show && { show: (prediction, input) => show(prediction, input, host) }),
  };
}
