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
