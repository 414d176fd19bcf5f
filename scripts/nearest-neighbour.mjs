// The baseline that models of docs/results.md stand beside: each source of the test is answered with the target of the training example that is
// most like it. Texts are alike by edit distance, sequences of vectors or frames by dynamic time warping (Sakoe & Chiba 1978). After `npm run build`:
//   node scripts/nearest-neighbour.mjs TRAIN TEST [--tokens char|word]
// with two .tsv files (source, tab, target) or two .jsonl files ({"source": nested numbers, "target": "text"}).
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { measureAnswers, testItems } from "@s2s/trainer";

/** @typedef {{ source: string, target: string, tokens?: Int32Array, steps?: Float32Array[] }} Example */

/**
 * Fewest insertions, deletions and substitutions, or Infinity where they are no fewer than `bound`.
 * @param {Int32Array} a @param {Int32Array} b @param {number} bound
 */
function editDistance(a, b, bound) {
  if (Math.abs(a.length - b.length) >= bound) return Number.POSITIVE_INFINITY;
  const row = Int32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, item] of a.entries()) {
    let [diagonal, least] = [row[0], i + 1];
    row[0] = i + 1;
    for (let j = 1; j <= b.length; j++) {
      const substituted = diagonal + (item === b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = Math.min(substituted, row[j] + 1, row[j - 1] + 1);
      least = Math.min(least, row[j]);
    }
    if (least >= bound) return Number.POSITIVE_INFINITY;
  }
  return row[b.length];
}

/** @param {Float32Array} a @param {Float32Array} b */
function euclidean(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

/**
 * Cost of the cheapest alignment of two sequences, with Sakoe and Chiba's symmetric weights, for each step of both; or Infinity where it is no less
 * than `bound`.
 * @param {Float32Array[]} a @param {Float32Array[]} b @param {number} bound
 */
function timeWarping(a, b, bound) {
  const limit = bound * (a.length + b.length);
  let before = new Float64Array(b.length + 1).fill(Number.POSITIVE_INFINITY);
  before[0] = 0;
  for (const step of a) {
    const now = new Float64Array(b.length + 1).fill(Number.POSITIVE_INFINITY);
    for (let j = 1; j <= b.length; j++) {
      const distance = euclidean(step, b[j - 1]);
      now[j] = Math.min(before[j - 1] + 2 * distance, before[j] + distance, now[j - 1] + distance);
    }
    if (now.every((cost) => cost >= limit)) return Number.POSITIVE_INFINITY;
    before = now;
  }
  return before[b.length] / (a.length + b.length);
}

/** @param {unknown} nested @returns {number[]} */
const flat = (nested) => /** @type {number[]} */ ([nested].flat(Number.POSITIVE_INFINITY));

/** @param {string} file @param {(source: string) => Int32Array} tokenize @returns {Example[]} */
function read(file, tokenize) {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  if (file.endsWith(".jsonl"))
    return lines.map((line) => {
      const { source, target } = JSON.parse(line);
      return { source: JSON.stringify(source), target, steps: source.map((step) => Float32Array.from(flat(step))) };
    });
  return lines.map((line) => {
    const [source = "", target = ""] = line.split("\t");
    return { source, target, tokens: tokenize(source) };
  });
}

/** @param {"char" | "word"} tokens @returns {(text: string) => Int32Array} */
function numberTokens(tokens) {
  const ids = new Map();
  const idOf = (token) => ids.get(token) ?? ids.set(token, ids.size).get(token);
  return (text) => Int32Array.from(tokens === "word" ? text.split(" ") : Array.from(text), idOf);
}

/** Target of the example most like this one; of several the first. @param {Example} example @param {Example[]} training */
function nearest(example, training) {
  let [best, target] = [Number.POSITIVE_INFINITY, ""];
  for (const other of training) {
    const distance = example.steps ? timeWarping(example.steps, other.steps, best) : editDistance(example.tokens, other.tokens, best);
    if (distance < best) [best, target] = [distance, other.target];
  }
  return target;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { tokens: { type: "string", default: "char" } } });
const [train, test] = positionals;
if (train === undefined || test === undefined || !["char", "word"].includes(values.tokens)) {
  console.error("node scripts/nearest-neighbour.mjs TRAIN TEST [--tokens char|word]");
  process.exit(2);
}
const tokenize = numberTokens(/** @type {"char" | "word"} */ (values.tokens));
const [training, tested] = [read(train, tokenize), read(test, tokenize)];
const bySource = new Map(tested.map((example) => [example.source, example]));
const items = testItems(tested, "source");
const answers = items.map((item) => nearest(bySource.get(item.source), training));
const scores = measureAnswers(items, answers, ["exact", "bleu", "per"]);
console.log(`${items.length} sources, ${training.length} to choose from`);
console.log(`exact  ${(100 * scores.exact).toFixed(1)}%\nBLEU   ${scores.bleu.toFixed(2)}\nPER    ${(100 * scores.per).toFixed(1)}%`);
