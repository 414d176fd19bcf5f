import type { StepEvent } from "@s2s/trainer";
import { count, duration, loss } from "./format.ts";

const BAR = { most: 30, least: 8 };

/** Share of the whole run that is done, from 0 to 1. */
export function progressOf({ epoch, epochs, batch, batches }: StepEvent): number {
  return ((epoch - 1) * batches + batch) / (epochs * batches);
}

/** The state of a run in at most `width` characters: what matters least goes first where there is no room for all. */
export function progressLine(event: StepEvent, width: number): string {
  const progress = progressOf(event);
  const percentage = `${Math.floor(100 * progress)}%`;
  const parts = partsOf(event);
  for (const shown of [parts, [...parts.slice(0, 2), parts[3]], parts.slice(0, 2), parts.slice(0, 1)]) {
    const text = `${percentage.padStart(4)}  ${shown.join("  ")}`;
    const room = width - text.length - 1;
    if (room >= BAR.least) return `${bar(progress, Math.min(room, BAR.most))} ${text}`;
    if (text.length <= width) return text;
  }
  return percentage.slice(0, Math.max(0, width));
}

/** The same for a log, without a bar. */
export function progressText(event: StepEvent): string {
  return [...partsOf(event), `step ${event.batch}/${event.batches} of the epoch`].join("  ");
}

function partsOf({ epoch, epochs, epochLoss, unitsPerSecond, unit, secondsLeft }: StepEvent): string[] {
  return [`epoch ${epoch}/${epochs}`, `loss ${loss(epochLoss)}`, `${count(unitsPerSecond)} ${unit}s/s`, `${duration(secondsLeft)} left`];
}

function bar(progress: number, width: number): string {
  const filled = Math.round(progress * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}
