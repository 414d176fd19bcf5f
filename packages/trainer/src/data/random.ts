/**
 * Randomness without state: every draw is a function of (seed, purpose, step, index), so a resumed run, a skipped batch or another
 * number of threads draws the same numbers.
 */

const rotateLeft = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/**
 * Threefry-2x32 with 20 rounds: counter-based, passes BigCrush. Takes key and counter as two 32-bit words each, returns two unsigned words.
 * Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, doi:10.1145/2063384.2063405.
 */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  // Parity constant SKEIN_KS_PARITY32 of the paper's reference implementation (Random123).
  const key2 = key0 ^ key1 ^ 0x1bd11bda;
  let x = (counter0 + key0) | 0;
  let y = (counter1 + key1) | 0;
  const mix = (bits: number): void => {
    x = (x + y) | 0;
    y = rotateLeft(y, bits) ^ x;
  };
  const even = (): void => (mix(13), mix(15), mix(26), mix(6));
  const odd = (): void => (mix(17), mix(29), mix(16), mix(24));
  const inject = (a: number, b: number, round: number): void => {
    x = (x + a) | 0;
    y = (y + b + round) | 0;
  };
  even();
  inject(key1, key2, 1);
  odd();
  inject(key2, key0, 2);
  even();
  inject(key0, key1, 3);
  odd();
  inject(key1, key2, 4);
  even();
  inject(key2, key0, 5);
  return [x >>> 0, y >>> 0];
}

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
