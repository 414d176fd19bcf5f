/** Places at which the workers wait for each other in a step: when all gradients are there, and when all know their part's squares. */
export const GRADIENTS = 0;
export const SQUARES = 1;
const FAILED = 2;

export const newBarriers = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(12));

/** Before a step, while no worker runs. */
export const resetBarriers = (barriers: Int32Array): void => void barriers.fill(0);

/** Waits until all workers are here. @throws Error if one of them failed before */
export function meet(barriers: Int32Array<SharedArrayBuffer>, place: typeof GRADIENTS | typeof SQUARES, workers: number): void {
  Atomics.add(barriers, place, 1);
  Atomics.notify(barriers, place);
  for (;;) {
    const here = Atomics.load(barriers, place);
    if (Atomics.load(barriers, FAILED) > 0) throw new AbandonedStep();
    if (here >= workers) return;
    Atomics.wait(barriers, place, here);
  }
}

/** Tells all that wait, or will, that somebody does not come. */
export function abandon(barriers: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(barriers, FAILED, 1);
  for (const place of [GRADIENTS, SQUARES]) {
    Atomics.add(barriers, place, 1);
    Atomics.notify(barriers, place);
  }
}

/** A step given up because another worker failed, whose own error says why. */
export class AbandonedStep extends Error {
  override readonly name = "AbandonedStep";

  constructor() {
    super("another training worker failed");
  }
}
