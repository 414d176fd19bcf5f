/** Time constant of the smoothed speed, in seconds of computing. */
const MEMORY = 5;

/** Measures the speed of training from the time between steps. */
export class Throughput {
  readonly #start = performance.now();
  #steps = 0;
  #units = 0;
  #seconds = 0;

  /** Seconds since training was started or resumed. */
  get elapsed(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** Counts a step of so many target units; older steps fade by exp(-seconds / 5). */
  add(units: number, seconds: number): void {
    const fade = Math.exp(-seconds / MEMORY);
    this.#units = this.#units * fade + units;
    this.#seconds = this.#seconds * fade + seconds;
    this.#steps += 1;
  }

  /** Smoothed over the last seconds of computing. */
  get unitsPerSecond(): number {
    return this.#units / Math.max(this.#seconds, 1e-9);
  }

  /** Time for so many more steps, at the pace since the start, which includes validation and saving. */
  secondsFor(steps: number): number {
    return (this.elapsed / Math.max(this.#steps, 1)) * steps;
  }
}
