/** The best continuations of a source's hypotheses, best first: of equal ones that which was offered first. */
export class Candidates {
  count = 0;
  /** Sums of log-probabilities. */
  readonly sums: Float64Array;
  /** Which hypothesis each continues. */
  readonly beams: Int32Array;
  readonly tokens: Int32Array;

  constructor(capacity: number) {
    this.sums = new Float64Array(capacity);
    this.beams = new Int32Array(capacity);
    this.tokens = new Int32Array(capacity);
  }

  /** What a sum must be above to be among the best; one of -Infinity never is. */
  get bar(): number {
    return this.count < this.sums.length ? -Infinity : (this.sums[this.count - 1] as number);
  }

  offer(sum: number, beam: number, token: number): void {
    const { sums, beams, tokens } = this;
    if (sum <= this.bar) return;
    let at = this.count < sums.length ? this.count++ : this.count - 1;
    for (; at > 0 && sum > (sums[at - 1] as number); at -= 1) {
      sums[at] = sums[at - 1] as number;
      beams[at] = beams[at - 1] as number;
      tokens[at] = tokens[at - 1] as number;
    }
    sums[at] = sum;
    beams[at] = beam;
    tokens[at] = token;
  }
}
