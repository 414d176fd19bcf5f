import type { StepEvent, TrainEvent } from "@s2s/trainer";
import { SingleBar } from "cli-progress";
import { colorsFor, type Output, type Terminal } from "../terminal.ts";
import { progressLine, progressOf, progressText } from "./progress-line.ts";
import { trainLines } from "./train-lines.ts";

/** Seconds between two lines of progress where there is no terminal to redraw. */
const PLAIN_INTERVAL = 10;

/** Shows a training run: a bar below the lines on a terminal, plain lines elsewhere. */
export class TrainReport {
  readonly #terminal: Terminal;
  readonly #output: Output;
  readonly #progress: Progress;

  /** @param output stdout, or stderr where stdout is kept for JSON */
  constructor(terminal: Terminal, output: Output) {
    this.#terminal = terminal;
    this.#output = output;
    this.#progress = output.isTTY === true && process.env["TERM"] !== "dumb" ? new BarProgress(output) : new PlainProgress(output);
  }

  show(event: TrainEvent): void {
    if (event.type === "step") return this.#progress.show(event);
    if (event.type === "fallback") this.note(`${event.file} ${event.reason}: going on from ${event.used}`);
    const lines = trainLines(event, colorsFor(this.#output));
    if (lines.length > 0) this.#above(() => this.#output.write(lines.map((line) => `${line}\n`).join("")));
  }

  /** A line on stderr that does not run into the bar. */
  note(line: string): void {
    this.#above(() => this.#terminal.note(line));
  }

  /** Takes the bar away; whatever ends the run, the terminal is as it was. */
  close(): void {
    this.#progress.hide();
  }

  #above(write: () => void): void {
    this.#progress.hide();
    write();
  }
}

interface Progress {
  show(event: StepEvent): void;
  /** Leaves the line to something else; the next step brings the progress back. */
  hide(): void;
}

class BarProgress implements Progress {
  readonly #bar: SingleBar;
  #shown = false;

  constructor(output: Output) {
    this.#bar = new SingleBar({
      stream: output as NodeJS.WriteStream,
      // The line fits the terminal by itself, also after it was made narrower; the last column is left to the cursor.
      format: (_options, _parameters, { event }: { event: StepEvent }) => progressLine(event, (output.columns ?? 80) - 1),
      clearOnComplete: true,
      // Ctrl-C is the trainer's, and nothing of the terminal's state may stay changed when a second one ends all at once.
      gracefulExit: false,
      linewrap: true,
    });
  }

  show(event: StepEvent): void {
    const progress = progressOf(event);
    if (this.#shown) this.#bar.update(progress, { event });
    else this.#bar.start(1, progress, { event });
    this.#shown = true;
  }

  hide(): void {
    if (this.#shown) this.#bar.stop();
    this.#shown = false;
  }
}

class PlainProgress implements Progress {
  readonly #output: Output;
  #last = performance.now();

  constructor(output: Output) {
    this.#output = output;
  }

  show(event: StepEvent): void {
    const now = performance.now();
    if (now - this.#last < PLAIN_INTERVAL * 1000) return;
    this.#last = now;
    this.#output.write(`${progressText(event)}\n`);
  }

  hide(): void {}
}
