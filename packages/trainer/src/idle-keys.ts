import { UserError } from "@s2s/runtime";
import { OPTIMIZERS } from "@s2s/runtime/manifest";
import type { Locate } from "./config-issues.ts";
import { DEFAULTS } from "./config-keys.ts";
import type { Config, ConfigInput } from "./config.ts";
import { INITIALIZATIONS, SAMPLINGS, SCHEDULES } from "./config/training.ts";
import { sourceKind } from "./source-kind.ts";
import { taskOf } from "./tasks/index.ts";

/** When some keys have an effect, and what they would say nothing to where they have none. */
interface Use {
  readonly keys: readonly string[];
  has(config: Config): boolean;
  /** What was chosen instead, in words that follow "says nothing to". */
  chosen(config: Config): string;
  /** What would make them count, beginning with "take" or "set"; without it they can only be left out. */
  readonly needs?: string | ((config: Config) => string | undefined);
}

type Training = Config["training"];

/** Keys that say more of a choice of `training`. */
function ofChoice(keys: string, choice: "optimizer" | "schedule" | "scheduledSampling" | "initialization", among: readonly string[]): Use {
  return {
    keys: keys.split(" ").map((key) => `training.${key}`),
    has: ({ training }: { readonly training: Training }) => among.includes(training[choice]),
    chosen: ({ training }) => `the ${choice === "scheduledSampling" ? "scheduled sampling" : choice} ${training[choice]}`,
    needs: `take ${among.join(" or ")}`,
  };
}

const except = (names: readonly string[], ...without: string[]): string[] => names.filter((name) => !without.includes(name));
const kindOf = (config: Config): string => sourceKind(config) ?? "none";
const byTask = ({ task }: Config): string => `the task ${task}`;
const bySource = (config: Config): string => `the task ${config.task} with a source of the kind ${kindOf(config)}`;
const isSeries = (config: Config): boolean => config.task === "forecast" || (config.task === "next" && kindOf(config) === "vectors");

const setImage = ({ task }: Config): string | undefined =>
  taskOf(task).sources.some((kind) => kind === "image") ? "set source.kind to image" : undefined;

/** Whether examples are lines with columns: others are lines of JSON, or a table with a header. */
const hasColumns = (config: Config): boolean =>
  config.task !== "draw" && !isSeries(config) && ["none", "text", "image"].includes(kindOf(config));

/** Whether a source goes through recurrent layers: a vector is taken as it is, a picture through its CNN alone. */
const hasLayers = (config: Config): boolean => !["none", "vector", "image"].includes(kindOf(config));

/** Keys that count for some models alone, and for which. */
const USES: readonly Use[] = [
  ofChoice("momentum", "optimizer", ["momentum"]),
  ofChoice("rho", "optimizer", ["rmsprop", "adadelta"]),
  ofChoice("beta1 beta2", "optimizer", ["adam", "adamw", "nadam"]),
  ofChoice("epsilon", "optimizer", except(OPTIMIZERS, "sgd", "momentum")),
  ofChoice("weightDecay", "optimizer", ["adamw"]),
  ofChoice("scheduleStart", "schedule", ["halving", "exponential"]),
  ofChoice("scheduleEvery scheduleFactor", "schedule", except(SCHEDULES, "constant", "inverse-sqrt", "cosine")),
  ofChoice("samplingRate samplingSteps", "scheduledSampling", except(SAMPLINGS, "none")),
  ofChoice("initializationScale", "initialization", except(INITIALIZATIONS, "default")),
  {
    keys: ["encoder.residual"],
    has: ({ encoder }) => encoder.layers > 1,
    chosen: () => "a single layer",
    needs: "set encoder.layers to 2 or more",
  },
  {
    keys: ["decoder.residual"],
    has: ({ decoder }) => decoder.layers > 1,
    chosen: () => "a single layer",
    needs: "set decoder.layers to 2 or more",
  },
  { keys: ["decoder.bridge"], has: ({ task }) => taskOf(task).writesTokens, chosen: byTask },
  { keys: ["decoder.reverseTarget"], has: ({ task }) => taskOf(task).writesTokens && task !== "generate", chosen: byTask },
  {
    keys: ["source.kind"],
    has: (config) => taskOf(config.task).sources.some((kind) => kind === config.source.kind),
    chosen: byTask,
  },
  {
    keys: ["encoder.filters", "encoder.kernel", "encoder.normalization", "encoder.features"],
    has: (config) => ["image", "frames"].includes(kindOf(config)),
    chosen: bySource,
    needs: setImage,
  },
  {
    // Frames say their size themselves.
    keys: ["source.width", "source.height", "source.channels", "data.images"],
    has: (config) => kindOf(config) === "image",
    chosen: bySource,
    needs: setImage,
  },
  {
    keys: ["target.shared"],
    has: (config) => config.task === "translate" && kindOf(config) === "text",
    chosen: bySource,
  },
  {
    keys: ["encoder.pooling"],
    has: (config) => ["classify", "next"].includes(config.task) && !isSeries(config) && !["image", "vector"].includes(kindOf(config)),
    chosen: bySource,
  },
  { keys: ["forecast.window"], has: ({ task }) => task === "forecast" || task === "next", chosen: byTask, needs: "take the task forecast" },
  {
    keys: ["inputs", "outputs", "horizon", "mode", "missing", "season"].map((key) => `forecast.${key}`),
    has: isSeries,
    chosen: bySource,
    needs: "take the task forecast",
  },
  {
    keys: ["cell", "hidden", "layers", "residual", "bidirectional", "reverseSource"].map((key) => `encoder.${key}`),
    has: hasLayers,
    chosen: bySource,
  },
  {
    keys: ["encoder.embedding", ...["tokens", "vocabulary", "minFrequency", "pretrained"].map((key) => `source.${key}`)],
    has: (config) => kindOf(config) === "text",
    chosen: bySource,
  },
  { keys: ["source.maxLength"], has: (config) => hasLayers(config) && !isSeries(config), chosen: bySource },
  {
    keys: [
      "decoder.embedding",
      "decoder.residual",
      ...["tokens", "vocabulary", "minFrequency", "pretrained"].map((key) => `target.${key}`),
    ],
    has: ({ task }) => taskOf(task).writesTokens,
    chosen: byTask,
  },
  {
    keys: ["decoder.cell", "decoder.hidden", "decoder.layers", "target.maxLength"],
    has: ({ task }) => taskOf(task).writesTokens || task === "draw",
    chosen: byTask,
  },
  { keys: ["data.sourceColumn"], has: hasColumns, chosen: bySource },
  {
    keys: ["data.targetColumn"],
    has: (config) => hasColumns(config) && config.task !== "generate" && config.task !== "next",
    chosen: bySource,
  },
  { keys: ["data.validSplit"], has: (config) => !isSeries(config), chosen: bySource },
  { keys: ["training.answered"], has: ({ task }) => taskOf(task).worth !== undefined, chosen: byTask },
  {
    keys: ["training.answered"],
    has: ({ data }) => data.valid !== undefined || data.validFraction > 0,
    chosen: () => "a run without validation examples",
    needs: "give data.valid or a data.validFraction above 0",
  },
  { keys: ["draw.mixtures"], has: ({ task }) => task === "draw", chosen: byTask, needs: "take the task draw" },
];

/** Whether a key says of its side what is said of the other, too: as one option does (`--hidden`), and then the configuration of the run. */
function isOfBoth(given: ConfigInput, section: keyof ConfigInput, name: string): boolean {
  const twin = { encoder: "decoder", decoder: "encoder", source: "target", target: "source" }[section as string] as
    | keyof ConfigInput
    | undefined;
  const of = (side: keyof ConfigInput) => (given[side] as Readonly<Record<string, unknown>> | undefined)?.[name];
  return twin !== undefined && of(twin) === of(section);
}

/**
 * Refuses keys that a person gave and that have no effect beside what else was chosen. What is given its default does not count.
 *
 * @param given - what a person wrote, key by key; what is said of both sides may have an effect on one alone
 * @param config - all that holds, `given` included
 * @throws UserError naming place and key, and what would make it count
 */
export function refuseIdleKeys(given: ConfigInput, config: Config, locate: Locate): void {
  for (const { keys, has, chosen, needs } of USES) {
    for (const key of keys) {
      const [section, name] = key.split(".") as [keyof ConfigInput, string];
      const value = (given[section] as Readonly<Record<string, unknown>> | undefined)?.[name];
      if (value === undefined || value === DEFAULTS.get(key) || has(config) || isOfBoth(given, section, name)) continue;
      const other = typeof needs === "function" ? needs(config) : needs;
      const remedy = other === undefined ? "leave it out" : `leave it out, or ${other}`;
      throw new UserError(`${locate([section, name])}: ${key} says nothing to ${chosen(config)}: ${remedy}`);
    }
  }
}
