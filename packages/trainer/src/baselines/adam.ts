/**
 * One step of Adam (Kingma and Ba, ICLR 2015) in float64 for one tensor: the weights are changed in place, and so are the means of the gradient and of
 * its square.
 */
export function adamStep(
  weights: Float64Array,
  gradient: Float64Array,
  { first, second }: AdamState,
  step: number,
  learningRate: number,
): void {
  const [decay1, decay2, epsilon] = [0.9, 0.999, 1e-8];
  const rate = (learningRate * Math.sqrt(1 - decay2 ** step)) / (1 - decay1 ** step);
  for (let i = 0; i < weights.length; i++) {
    const slope = gradient[i]!;
    first[i] = decay1 * first[i]! + (1 - decay1) * slope;
    second[i] = decay2 * second[i]! + (1 - decay2) * slope * slope;
    weights[i]! -= (rate * first[i]!) / (Math.sqrt(second[i]!) + epsilon);
  }
}

export interface AdamState {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

export const adamState = (size: number): AdamState => ({ first: new Float64Array(size), second: new Float64Array(size) });
