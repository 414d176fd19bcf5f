import { describeFilter, type TrainEvent } from "@s2s/trainer";
import type { Colors } from "../terminal.ts";
import { figureTexts } from "./figures.ts";
import { count, duration, loss, plural } from "./format.ts";

/** What an event of a training run is worth saying, line by line; steps are the progress bar's. */
export function trainLines(event: TrainEvent, colors: Colors): string[] {
  switch (event.type) {
    case "start":
      return startLines(event, colors);
    case "validation":
      return [validationLine(event, colors)];
    case "early-stop": {
      const epochs = plural(event.patience, "epoch");
      return [`Stopping early: no better epoch for ${epochs}; the best was epoch ${event.bestEpoch}.`];
    }
    case "interrupted":
      return [
        `Stopped after step ${count(event.step)} (epoch ${event.epoch}); everything is saved in ${event.folder}. To go on:`,
        ...commands(event.next),
      ];
    case "finished":
      return finishedLines(event, colors);
    case "step":
    case "checkpoint":
    case "fallback":
      return [];
  }
}

type EventOf<T extends TrainEvent["type"]> = Extract<TrainEvent, { type: T }>;

function startLines(
  { folder, parameters, examples, filter, vocabulary, pretrained = [], threads, epochs, resumed }: EventOf<"start">,
  { bold }: Colors,
): string[] {
  const dropped = describeFilter(filter);
  return [
    [`${bold(folder)}: ${count(parameters)} parameters`, ...vocabularyText(vocabulary)].join(", "),
    `${plural(examples.training, "example")} to train on, ${count(examples.validation)} to validate, ${plural(epochs, "epoch")}, ${plural(threads, "thread")}`,
    ...(dropped === undefined ? [] : [dropped]),
    ...pretrained.map(
      ({ side, file, found, missing, repeated }) =>
        `${file}: vectors for ${plural(found, `${side} token`)}, none for ${count(missing)}${repeated > 0 ? `, ${count(repeated)} repeated` : ""}`,
    ),
    ...(resumed ? [resumedLine(resumed, epochs)] : []),
  ];
}

function vocabularyText({ source, target, labels }: EventOf<"start">["vocabulary"]): string[] {
  const sizes = [source, target].filter((size) => size !== undefined).map(count);
  return [...(sizes.length > 0 ? [`vocabulary ${sizes.join(" -> ")}`] : []), ...(labels === undefined ? [] : [plural(labels, "label")])];
}

function resumedLine({ epoch, step }: { readonly epoch: number; readonly step: number }, epochs: number): string {
  if (epoch > epochs) return `All epochs (${count(epochs)}) were done before; a larger --epochs asks for more.`;
  return `Going on in epoch ${epoch}, after step ${count(step)}.`;
}

function validationLine({ epoch, epochs, trainingLoss, validation, best, seconds }: EventOf<"validation">, { green }: Colors): string {
  const label = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  const parts = [label, `loss ${loss(trainingLoss)}`];
  if (validation) {
    parts.push(`validation ${loss(validation.loss)}`, ...figureTexts(validation));
  }
  parts.push(duration(seconds));
  const line = parts.join("  ");
  return best && validation ? green(`${line}  best`) : line;
}

function finishedLines({ bestEpoch, validation, bundle, seconds, next }: EventOf<"finished">, { bold }: Colors): string[] {
  const figures = validation ? ` (${[`validation ${loss(validation.loss)}`, ...figureTexts(validation)].join(", ")})` : "";
  return [`Done in ${duration(seconds)}: epoch ${bestEpoch}${figures} is the model in ${bold(bundle)}`, "Next:", ...commands(next)];
}

function commands(next: readonly string[]): string[] {
  return next.map((command) => `  ${command}`);
}
