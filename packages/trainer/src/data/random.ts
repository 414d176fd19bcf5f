import { threefry2x32 } from "@s2s/runtime/random";

/**
 * Randomness without state: every draw is a function of (seed, purpose, step, index), so a resumed run, a skipped batch or another
 * number of threads draws the same numbers.
 */

/** FNV-1a, 32 bits, over UTF-16 code units: turns a purpose's name into a key word. draft-eastlake-fnv. */
function nameToWord(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}

/** 32 random bits as an unsigned integer. `seed`, `step` and `index` are taken modulo 2^32; `purpose` separates streams. */
export function hash32(seed: number, purpose: string, step: number, index: number): number {
  return threefry2x32(seed, nameToWord(purpose), step, index)[0];
}

/** A float in [0, 1), a multiple of 2^-32. */
export function uniform(seed: number, purpose: string, step: number, index: number): number {
  return hash32(seed, purpose, step, index) / 2 ** 32;
}

const ROUNDS = 8;

/** MurmurHash3's 32-bit finaliser (Appleby): a cheap round function; its key comes from Threefry. */
function scramble(value: number, key: number): number {
  let h = value ^ key;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A keyed permutation of 0 .. size-1 in constant memory: position -> element, a function of (seed, purpose, epoch) alone.
 *
 * A Feistel network over Z_a x Z_b with a*b >= size (FE2 of Bellare, Ristenpart, Rogaway and Stegers, "Format-Preserving Encryption", SAC 2009),
 * and cycle walking (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002): a value outside 0 .. size-1 is permuted
 * again. With a = ceil(sqrt(size)) fewer than a values lie outside, so a walk is rare.
 *
 * @param size - number of elements, an integer from 0 to 2^52
 */
export function keyedPermutation(size: number, seed: number, purpose: string, epoch: number): (position: number) => number {
  const a = Math.max(1, Math.ceil(Math.sqrt(size)));
  const b = Math.max(1, Math.ceil(size / a));
  const keys = Int32Array.from({ length: ROUNDS }, (_, round) => hash32(seed, purpose, epoch, round));
  return (position) => {
    let value = position;
    do {
      let left = value % a;
      let right = (value - left) / a;
      for (let round = 0; round < ROUNDS; round += 2) {
        left = (left + scramble(right, keys[round]!)) % a;
        right = (right + scramble(left, keys[round + 1]!)) % b;
      }
      value = right * a + left;
    } while (value >= size);
    return value;
  };
}
