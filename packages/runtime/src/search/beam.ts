import { END_ID } from "../vocabulary.ts";
import { Candidates } from "./candidates.ts";
import type { Constraints } from "./constraints.ts";
import type { Frontier, StepOutputs } from "./frontier.ts";
import { EMPTY_PATH, extend, lengthPenalty, penalizedScore, type Path } from "./hypothesis.ts";
import { normalizer, nothingFollows } from "./logits.ts";
import type { SearchSettings } from "./settings.ts";

interface BeamPlan {
  readonly settings: SearchSettings;
  readonly constraints: Constraints;
  /** Room for 2K continuations; one serves all sources of a search, one after the other. */
  readonly candidates: Candidates;
  readonly sourceLength: number;
}

/** Makes the beams of a search's sources. */
export function beamMaker(beams: number): (plan: Omit<BeamPlan, "candidates">) => Beam {
  const candidates = new Candidates(2 * beams);
  return (plan) => new Beam({ ...plan, candidates });
}

/**
 * Beam search with K = `beams` hypotheses alive and a pool of the K best finished ones. Each step the 2K best continuations are taken: at most K
 * of them end, so that K can always go on. Those that end compete for the pool by penalised score. (Wu et al. 2016, arXiv:1609.08144,
 * section 7, with the pool of tensor2tensor.)
 */
class Beam implements Frontier {
  readonly #plan: BeamPlan;
  readonly #pool: Pool;
  #alive: readonly Path[] = [EMPTY_PATH];

  constructor(plan: BeamPlan) {
    this.#plan = plan;
    this.#pool = new Pool(plan.settings.beams);
  }

  get alive(): readonly Path[] {
    return this.#alive;
  }

  advance(outputs: StepOutputs, first: number): readonly number[] {
    const { settings, candidates, sourceLength } = this.#plan;
    this.#gather(outputs, first);
    const alive: Path[] = [];
    const parents: number[] = [];
    for (let i = 0; i < candidates.count; i += 1) {
      const beam = candidates.beams[i] as number;
      const token = candidates.tokens[i] as number;
      const ends = token === END_ID;
      if (!ends && alive.length === settings.beams) continue;
      const weights = outputs.weights(first + beam, sourceLength);
      const path = extend(this.#alive[beam] as Path, token, candidates.sums[i] as number, weights, settings);
      if (ends) {
        this.#pool.offer(path, penalizedScore(path, settings));
      } else {
        alive.push(path);
        parents.push(beam);
      }
    }
    const goesOn = this.#goesOn(alive);
    if (!goesOn && this.#pool.paths.length === 0) throw nothingFollows();
    this.#alive = goesOn ? alive : [];
    return goesOn ? parents : [];
  }

  finished(): readonly Path[] {
    return this.#pool.paths;
  }

  /** Fills the candidates with the best continuations of the hypotheses alive, by summed log-probability. */
  #gather({ logits, size }: StepOutputs, first: number): void {
    const { settings, constraints, candidates } = this.#plan;
    candidates.count = 0;
    for (const [beam, path] of this.#alive.entries()) {
      const from = (first + beam) * size;
      const { max, logSum } = normalizer(logits, from, size);
      const forced = settings.prefix[path.length];
      if (forced !== undefined) {
        candidates.offer(path.sum + ((logits[from + forced] as number) - max - logSum), beam, forced);
        continue;
      }
      const banned = constraints.banned(path, logits, from);
      let bar = candidates.bar;
      for (let id = 0; id < size; id += 1) {
        const sum = path.sum + ((logits[from + id] as number) - max - logSum);
        if (sum <= bar || banned[id] !== 0) continue;
        candidates.offer(sum, beam, id);
        bar = candidates.bar;
      }
    }
  }

  /**
   * Whether one of these hypotheses, best first, can still come among the K best. Sums only fall, the penalty of length only grows and that of
   * coverage is at most 0, so the best alive can at most reach its sum divided by the greatest length's penalty.
   */
  #goesOn(alive: readonly Path[]): boolean {
    const { settings } = this.#plan;
    const [best] = alive;
    if (best === undefined) return false;
    if (best.length < settings.maxLength) return best.sum / lengthPenalty(settings.maxLength, settings.lengthPenalty) > this.#pool.bar;
    for (const path of alive) this.#pool.offer(path, penalizedScore(path, settings));
    return false;
  }
}

/** The best finished hypotheses, best first: of equal ones that which came first. */
class Pool {
  readonly paths: Path[] = [];
  readonly #scores: number[] = [];
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What a penalised score must be above to come in. */
  get bar(): number {
    return this.paths.length < this.#capacity ? -Infinity : (this.#scores[this.#capacity - 1] as number);
  }

  offer(path: Path, score: number): void {
    if (score <= this.bar) return;
    const worse = this.#scores.findIndex((other) => other < score);
    const at = worse === -1 ? this.paths.length : worse;
    this.paths.splice(at, 0, path);
    this.#scores.splice(at, 0, score);
    this.paths.length = this.#scores.length = Math.min(this.paths.length, this.#capacity);
  }
}
