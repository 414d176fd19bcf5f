/**
 * What Python's `str.split()` splits at, which is what BLEU and chrF are defined by: JavaScript's \s has U+FEFF besides, and lacks the separators
 * U+001C to U+001F and U+0085.
 */
// oxlint-disable-next-line no-control-regex -- they are white space to Python
const RUN = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

/** The words between white space; none of an empty text. */
export function words(text: string): string[] {
  return text.split(RUN).filter((word) => word !== "");
}

const AT_END = new RegExp(`${RUN.source}$`, "u");

export function trimEnd(text: string): string {
  return text.replace(AT_END, "");
}
