const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Bits of the nearest IEEE 754 half-precision number, ties to even. */
export function float16Bits(number: number): number {
  float[0] = number;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x33000001) return sign;
  const exponent = magnitude >>> 23;
  const mantissa = magnitude & 0x7fffff;
  // Subnormal halves shift the implicit one into the mantissa.
  const [whole, shift] = exponent < 113 ? [mantissa | 0x800000, 126 - exponent] : [magnitude - (112 << 23), 13];
  const half = whole >>> shift;
  const rest = whole & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return sign | (rest > middle || (rest === middle && half & 1) ? half + 1 : half);
}
