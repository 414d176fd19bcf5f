import { readdir } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { CallsHere } from "../support/cli-here.ts";
import { png } from "../support/png.ts";
import { classified, cycles, drawings, films, levels, pictures, sounds, tagged, waves } from "../support/task-data.ts";
import { Workplace } from "../support/workplace.ts";

/** What people give that no task can learn from, or a model for another task: each gets one line that says what, where, and what to do. */
const place = await Workplace.create();
const calls = new CallsHere(place);
const SMALL = ["--hidden", "4", "--embedding", "4", "--epochs", "1", "--threads", "1"];
const RUNS = {
  classify: ["classified.tsv", "--task", "classify"],
  tag: ["tagged.tsv", "--task", "tag", "--source.tokens", "word"],
  next: ["cycles.txt", "--task", "next"],
  generate: ["cycles.txt", "--task", "generate"],
  series: ["waves.csv", "--task", "forecast", "--forecast.inputs", "level,hint", "--forecast.window", "6", "--forecast.horizon", "2"],
  caption: [
    "pictures.tsv",
    "--task",
    "caption",
    "--data.images",
    "images",
    "--source.width",
    "8",
    "--source.height",
    "8",
    "--encoder.filters",
    "4",
    "--encoder.features",
    "4",
  ],
  vector: ["levels.jsonl", "--task", "caption", "--source.kind", "vector"],
  vectors: ["sounds.jsonl", "--task", "translate", "--source.kind", "vectors"],
  frames: ["films.jsonl", "--task", "caption", "--source.kind", "frames", "--encoder.filters", "4", "--encoder.features", "4"],
  draw: ["drawings.jsonl", "--task", "draw", "--draw.mixtures", "2"],
  steps: ["steps.jsonl", "--task", "tag", "--source.kind", "vectors"],
  free: ["free.jsonl", "--task", "draw", "--draw.mixtures", "2"],
} as const;
/** Steps below and above 0, each with its label. */
const stepped = (count: number): string =>
  Array.from({ length: count }, (_, i) => `{"source": [[${i - 9.5}], [${9.5 - i}]], "target": "${i < 10 ? "a b" : "b a"}"}\n`).join("");
type Run = keyof typeof RUNS;
const trainOn = (run: Run, data: string, ...more: string[]): string[] => {
  const [, ...options] = RUNS[run];
  return ["train", "--data", data, "--out", "new", ...options, ...SMALL, ...more];
};

beforeAll(async () => {
  const files = {
    ...pictures(24),
    "classified.tsv": classified(40),
    "tagged.tsv": tagged(40),
    "cycles.txt": cycles(20),
    "waves.csv": waves(80),
    "levels.jsonl": levels(30),
    "sounds.jsonl": sounds(30),
    "films.jsonl": films(20),
    "drawings.jsonl": drawings(20, true),
    "free.jsonl": drawings(20, false),
    "steps.jsonl": stepped(20),
  };
  for (const [name, content] of Object.entries(files)) await place.write(name, content);
  for (const [run, [data, ...options]] of Object.entries(RUNS)) await calls.ok("train", "--data", data, "--out", run, ...options, ...SMALL);
});

/** `data` as the training file, as the validation file and as that to evaluate on: the same line, and nothing is written. */
async function refusedEverywhere(run: Run, name: string, content: string | Uint8Array, message: RegExp): Promise<void> {
  await place.write(name, content);
  expect(await calls.refused(...trainOn(run, name))).toMatch(message);
  expect(await calls.refused(...trainOn(run, RUNS[run][0], "--valid", name))).toMatch(message);
  expect(await calls.refused("evaluate", run, "--data", name)).toMatch(message);
  expect(await readdir(place.folder)).not.toContain("new");
}

describe("files that hold no examples of a task", () => {
  test.each(Object.keys(RUNS) as Run[])("%s: an empty file, one that is not there, none at all", async (run) => {
    await refusedEverywhere(run, "empty", "", /empty: is empty/);
    expect(await calls.refused(...trainOn(run, "nowhere"))).toMatch(/nowhere: does not exist/);
    expect(await calls.refused("evaluate", run, "--data", "nowhere")).toMatch(/nowhere: does not exist/);
    expect(await calls.refused(...trainOn(run, "x").toSpliced(1, 2))).toMatch(/^data\.train: no training .*--data$/);
    expect(await calls.refused("evaluate", run)).toMatch(/^evaluate needs --data FILE/);
  });

  test.each<[Run, string, string, RegExp]>([
    [
      "classify",
      "no label",
      "axb\tex\nabc\n",
      /:2: 1 column, but the target is column 2, separated by tabs: mend the line or set data\.targetColumn/,
    ],
    ["classify", "an empty text", "axb\tex\n\twhy\n", /:2: column 1 is empty, but the source is column 1/],
    ["tag", "fewer labels than words", "one two\todd even\none two\todd\n", /:2: 2 tokens but 1 label: give each token its label/],
    ["tag", "more labels than words", "one\todd even\n", /:1: 1 token but 2 labels: give each token its label/],
    ["series", "a header without the column", "level,other\n1,2\n", /:1: has no column "hint"; it has level, other/],
    ["series", "no header", "1,2\n3,4\n", /:1: has no column "level"; it has 1, 2/],
    [
      "series",
      "a missing number",
      "level,hint\n1,2\n,3\n4,5\n",
      /:3: level is missing, in 1 of 3 rows altogether: fill it, or set forecast\.missing/,
    ],
    [
      "series",
      "a text for a number",
      "level,hint\n1,2\nhigh,3\n",
      /:3: level is "high", which is no number: mend it, or leave the column out of forecast\.inputs/,
    ],
    ["series", "a row that is too short", "level,hint\n1,2\n3\n", /:3: .*mend the line/],
    ["series", "a column twice", "level,hint,level\n1,2,3\n", /:1: two columns are named "level": rename one/],
    ["series", "too few rows", `level,hint\n${"1,2\n".repeat(5)}`, /: [45] rows .*hold no window of 6 steps and 2 to forecast/],
    ["series", "a header alone", "level,hint\n", /: is empty: it needs a header and a row a step/],
    ["vector", "no JSON", `${levels(3)}high low\n`, /:4: is no JSON: each line is an object \{"source"/],
    ["vector", "no source", '{"target": "high"}\n', /:1: has no "source"/],
    ["vector", "no target", '{"source": [1, 2, 3, 4]}\n', /:1: "target" must be a text that is not empty/],
    ["vector", "null for a number", '{"source": [1, null, 3, 4], "target": "high"}\n', /:1: number 2 of "source" is no number/],
    [
      "vector",
      "a list too deep",
      '{"source": [[1, 2, 3, 4]], "target": "high"}\n',
      /:1: "source" must be \[numbers\], not empty: 1 level of lists/,
    ],
    [
      "vector",
      "a list that is too long",
      `${levels(2)}{"source": [1, 2, 3, 4, 5], "target": "high"}\n`,
      /:3: "source" has the form \[5\], but it must be \[4\]/,
    ],
    [
      "vectors",
      "steps of two lengths",
      '{"source": [[1, 2, 3], [1, 2]], "target": "a"}\n',
      /:1: number 2, 1 of "source" is a list of 2, but others beside it have 3/,
    ],
    ["vectors", "no steps", '{"source": [], "target": "a"}\n', /:1: "source" must be \[\[numbers\]\], not empty/],
    [
      "frames",
      "pictures of two sizes",
      `${films(1)}{"source": [[[[0, 1], [1, 0]]]], "target": "up"}\n`,
      /:2: "source" has the form \[1, 2, 2\], but it must be \[1, 6, 6\]/,
    ],
    ["frames", "no pictures", '{"source": "film.mp4", "target": "up"}\n', /:1: "source" must be \[\[\[\[numbers\]\]\]\], not empty/],
    ["draw", "no JSON", "across\n", /:1: is no JSON: each line is/],
    ["draw", "no strokes", '{"text": "across"}\n', /:1: "strokes" must be a list that is not empty/],
    [
      "draw",
      "a movement of two numbers",
      '{"text": "across", "strokes": [[1, 2, 0], [1, 2]]}\n',
      /:1: movement 2 of "strokes" must be \[dx, dy, pen\], numbers that a float32 holds, pen 0 or 1/,
    ],
    ["draw", "a pen that is half lifted", '{"text": "across", "strokes": [[1, 2, 0.5]]}\n', /:1: movement 1 of "strokes" must be/],
    ["draw", "texts in some lines alone", `${drawings(2, true)}{"strokes": [[1, 2, 1]]}\n`, /:3: has no "text", but /],
    ["free", "texts in some lines alone", `${drawings(2, false)}{"text": "up", "strokes": [[1, 2, 1]]}\n`, /:3: has a "text", but .* none/],
    ["draw", "a movement that is too large", '{"text": "across", "strokes": [[1, 1e39, 0]]}\n', /:1: movement 1 of "strokes" must be/],
    [
      "series",
      "a number that is too large",
      "level,hint\n1,2\n1e39,3\n",
      /:3: level is 1e\+39, more than a float32 holds: scale the numbers/,
    ],
    [
      "vectors",
      "a number that is too large",
      '{"source": [[1, 2, 3], [1, 2, 1e39]], "target": "a"}\n',
      /:1: number 2, 3 of "source" is 1e\+39, more than a float32 holds: scale the numbers/,
    ],
    [
      "steps",
      "fewer steps than labels",
      `${stepped(2)}{"source": [[1], [2]], "target": "a b a b a"}\n`,
      /:3: 2 steps but 5 labels: give each step/,
    ],
    [
      "steps",
      "fewer labels than steps",
      `${stepped(2)}{"source": [[1], [2], [3]], "target": "a"}\n`,
      /:3: 3 steps but 1 label: give each step/,
    ],
  ])("%s: %s", async (run, _what, content, message) => {
    await refusedEverywhere(run, "bad.data", content, message);
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["is not there", async () => {}, /bad\.png: is missing/],
    ["is none", () => place.write("images/bad.png", "hello"), /bad\.png: is no image: PNG and JPEG files are read/],
    ["is empty", () => place.write("images/bad.png", ""), /bad\.png: is empty: PNG and JPEG files are read/],
    ["is a GIF", () => place.write("images/bad.png", "GIF89a"), /bad\.png: is a GIF file: PNG and JPEG files are read/],
    [
      "is cut off",
      () => place.write("images/bad.png", (pictures(1)["images/0.png"] as Buffer).subarray(0, 60)),
      /bad\.png: is (a damaged PNG|a PNG file that is cut off)/,
    ],
    ["is far too large", () => place.write("images/bad.png", enormous()), /bad\.png: .*pixels/],
  ])("an image that %s", async (_what, write, message) => {
    await write();
    await refusedEverywhere("caption", "bad.tsv", "0.png\tred left\nbad.png\tred right\n", message);
    await refusedEverywhere("caption", "bad.tsv", "0.png\tred left\nbad.png\tred right\n", /bad\.tsv:2: /);
    expect(await calls.unanswered("predict", "caption", "images/bad.png")).toMatch(message);
  });
});

/** A PNG that says it has 60,000 x 60,000 pixels. */
function enormous(): Buffer {
  const file = png({ width: 2, height: 2, data: new Uint8Array(16) });
  file.writeUInt32BE(60_000, 16);
  file.writeUInt32BE(60_000, 20);
  return file;
}

describe("a series", () => {
  const forecast = (data: string, out: string, ...more: string[]) =>
    [
      "train",
      "--data",
      data,
      "--out",
      out,
      "--task",
      "forecast",
      "--forecast.window",
      "6",
      "--forecast.horizon",
      "2",
      ...SMALL,
      ...more,
    ] as const;

  test("that never changes is learned, without a MASE", async () => {
    await place.write("const.csv", `level\n${"0.1\n".repeat(40)}`);
    expect(await calls.ok(...forecast("const.csv", "level"))).not.toMatch(/NaN/);
    expect(await calls.ok("evaluate", "level", "--data", "const.csv")).not.toMatch(/NaN/);
  });

  test("that is shorter than a season", async () => {
    const message =
      /^forecast\.season is 100 steps, but no two numbers of the \d+ rows to train on in .*waves\.csv are that far apart: give a/;
    expect(await calls.refused(...forecast("waves.csv", "new", "--forecast.inputs", "level", "--forecast.season", "100"))).toMatch(message);
  });
});

describe("labels", () => {
  test.each<[Run, string, string]>([
    ["classify", "axb\tother\n", "other"],
    ["tag", "one two\todd other\n", "other"],
    ["next", "abq\n", "q"],
  ])("%s: one that was never seen in training", async (run, content, label) => {
    await place.write("unseen.tsv", content);
    const message = `unseen.tsv:1: the label "${label}" was never seen in training; known are "`;
    expect(await calls.refused(...trainOn(run, RUNS[run][0], "--valid", "unseen.tsv"))).toContain(message);
    expect(await calls.refused("evaluate", run, "--data", "unseen.tsv")).toContain(message);
  });

  test("a single one leaves nothing to choose from", async () => {
    await place.write("single.tsv", "a\tex\nb\tex\nc\tex\n");
    expect(await calls.refused(...trainOn("classify", "single.tsv"))).toMatch(/single\.tsv: every example has the label "ex"/);
  });
});

describe("what a model cannot answer", () => {
  test.each<[Run, string, RegExp]>([
    ["classify", "x".repeat(200), /^input 1: .*(200|201) .*at most/],
    ["classify", "", /^input 1: the text has no token/],
    ["tag", "one ".repeat(200), /^input 1: .*at most/],
    ["generate", "ab".repeat(200), /^input 1: /],
    ["vector", "[1,2,3]", /^input 1: the input has 3 numbers, but this model takes 4: give one list of numbers$/],
    ["vector", "[1,2,null,4]", /^input 1: the input has at place 3 no number but null/],
    ["vector", "1, 2", /^input 1: is not JSON: /],
    ["vectors", "[[1,2]]", /^input 1: step 1 has 2 numbers, but this model takes 3/],
    ["vectors", "[]", /^input 1: the input has no steps: give at least one$/],
    [
      "vectors",
      JSON.stringify(Array.from({ length: 100 }, () => [1, 2, 3])),
      /^input 1: the input has 100 steps and this model reads at most \d+: shorten it$/,
    ],
    ["frames", "[[[[1,2],[3,4]]]]", /^input 1: the picture of step 1 must be pixels or numbers from 0 to 1 \[1, 6, 6\]$/],
    ["series", "nowhere.csv", /^input 1: nowhere\.csv: does not exist: check the path, or give - and the CSV on standard input$/],
    ["series", "short.csv", /^input 1: the input has 2 rows, but this model looks back upon 6$/],
    ["series", "text.csv", /^input 1: text\.csv:8: level is no number but "high": fill it in, the last 6 rows are looked at$/],
    ["series", "other.csv", /^input 1: other\.csv: has no column hint; it has level/],
    ["caption", "nowhere.png", /^input 1: .*nowhere\.png: is missing$/],
  ])("%s: %.30s", async (run, input, message) => {
    await place.write("short.csv", "level,hint\n1,2\n3,4\n");
    await place.write("other.csv", "level\n1\n");
    await place.write("text.csv", `level,hint\n${"1,2\n".repeat(6)}high,3\n`);
    expect(await calls.unanswered("predict", run, input)).toMatch(message);
  });

  test.each<[string[], RegExp]>([
    [["translate", "classify", "axb"], /it is made for the task classify; use predict$/],
    [["translate", "tag", "one"], /made for the task tag; use predict$/],
    [["translate", "draw", "across"], /made for the task draw; use predict$/],
    [["translate", "series", "waves.csv"], /^series: takes no texts \(vectors\); use `s2s predict`$/],
    [["translate", "caption", "images/0.png"], /^caption: takes no texts \(image\); use `s2s predict`$/],
    [["score", "classify", "--data", "classified.tsv"], /classify/],
    [["score", "series", "--data", "classified.tsv"], /forecast/],
    [
      ["compare", "classify", "series", "--data", "classified.tsv"],
      /^series: compare is for models that answer with texts or labels, not for the task forecast/,
    ],
    [
      ["compare", "tag", "draw", "--data", "tagged.tsv"],
      /^draw: compare is for models that answer with texts or labels, not for the task draw/,
    ],
    [["predict", "classify", "axb", "--beams", "4"], /beams/],
    [["predict", "classify", "axb", "--temperature", "1"], /temperature/],
    [["predict", "classify", "axb", "--out", "x.svg"], /^--out is for models that draw/],
    [["predict", "series", "waves.csv", "--top-k", "3"], /top-?k/i],
    [["predict", "generate", "ab", "--bias", "1"], /bias/],
    [["predict", "draw", "across", "down", "--out", "x.svg"], /^--out holds one drawing: give one input$/],
    [["predict", "nowhere", "x"], /^nowhere: there is no such folder/],
    [
      ["evaluate", "classify", "--data", "classified.tsv", "--metrics", "bleu"],
      /^--metrics are of answers in text, which a model for the task classify does not give/,
    ],
    [["init", "x", "--recipe", "caption"], /^--recipe caption: must be one of .*did you mean captions\?/],
    [["init", "x", "--recipe", "captions"], /^captions needs --data PATH: /],
    [["init", "x", "--recipe", "captions", "--data", "nowhere"], /nowhere/],
    [["init", "x", "--recipe", "tag", "--data", "y"], /^--data y: tag generates its data: leave --data out$/],
    [["init", "x", "--recipe", "tag", "--split", "y"], /^--split y: tag has one way to split/],
  ])("s2s %j", async (args, message) => {
    expect(await calls.refused(...args)).toMatch(message);
    expect(await readdir(place.folder)).not.toContain("x");
  });
});

describe("options that fit neither each other nor the task", () => {
  const pairs = (...options: string[]): [Run, string[]] => ["classify", ["--task", "translate", ...options]];
  test.each<[Run, readonly string[], RegExp]>([
    [...pairs("--decoder.copy", "--decoder.attention", "general"), /decoder\.copy needs one vocabulary for both sides: set target\.shared/],
    [...pairs("--decoder.copy", "--target.shared"), /decoder\.copy needs attention/],
    [...pairs("--decoder.coverage"), /decoder\.coverage needs attention/],
    [...pairs("--decoder.inputFeeding"), /decoder\.inputFeeding needs attention/],
    [...pairs("--decoder.sharedEmbedding"), /decoder\.sharedEmbedding needs one vocabulary for both sides/],
    [
      ...pairs("--decoder.sharedEmbedding", "--target.shared", "--encoder.embedding", "5", "--decoder.embedding", "4"),
      /needs embeddings of one width/,
    ],
    [...pairs("--decoder.bridge", "zero"), /decoder\.bridge zero hands nothing over/],
    [...pairs("--decoder.bridge", "copy", "--bidirectional"), /decoder\.bridge copy needs states of one width/],
    [...pairs("--coverage-weight", "1"), /training\.coverageWeight needs /],
    [...pairs("--sampled-softmax", "5", "--label-smoothing", "0.1"), /training\.sampledSoftmax leaves out most words/],
    [...pairs("--schedule", "plateau", "--valid-fraction", "0"), /training\.schedule plateau needs validation pairs/],
    [...pairs("--freeze", "encodr.*"), /encodr/],
    [...pairs("--source.pretrained", "nowhere.vec"), /nowhere\.vec: does not exist/],
    ["classify", ["--sampled-softmax", "5"], /training\.sampledSoftmax is for tasks that write tokens, not for classify/],
    ["classify", ["--loss-chunk", "5"], /training\.lossChunk is for tasks that write tokens/],
    ["classify", ["--scheduled-sampling", "linear"], /training\.scheduledSampling is for tasks that write tokens/],
    ["classify", ["--curriculum", "3"], /training\.curriculum .*translate/],
    ["series", ["--label-smoothing", "0.1"], /training\.labelSmoothing is for tasks that choose tokens or labels, not for forecast/],
    ["classify", ["--decoder.attention", "dot"], /decoder\.attention is for tasks that write tokens, not for classify/],
    ["series", ["--word-dropout", "0.1"], /training\.wordDropout drops words/],
    ["tag", ["--source.tokens", "bpe"], /source\.tokens is char or word/],
    ["generate", ["--decoder.attention", "dot"], /decoder\.attention has no effect with the task generate/],
    ["generate", ["--decoder.copy"], /decoder\.copy /],
    ["series", ["--forecast.mode", "recursive", "--bidirectional"], /forecast\.mode recursive .*leave encoder\.bidirectional out/],
    ["series", ["--forecast.outputs", "other"], /other/],
    ["series", ["--forecast.window", "500"], /hold no window of 500 steps/],
    ["caption", ["--encoder.filters", "4,x"], /encoder\.filters must be whole numbers/],
    ["caption", ["--encoder.filters", "4,4,4,4"], /encoder\.filters has 4 blocks/],
    ["caption", ["--encoder.kernel", "4"], /encoder\.kernel must be odd, but is 4/],
    ["caption", ["--source.kind", "vectors"], /encoder\.filters says nothing to the task caption with a source of the kind vectors/],
    ["draw", ["--draw.mixtures", "0"], /--draw\.mixtures 0: must be a whole number from 1 to 1000/],
    ["draw", ["--target.maxLength", "1"], /no drawing is left/],
    ["classify", ["--task", "clasify"], /--task clasify: must be one of translate, classify, tag/],
  ])("%s: %j", async (run, options, message) => {
    const [data, ...usual] = RUNS[run];
    const task = options[0] === "--task" ? [] : usual;
    // One that is given twice is another mistake.
    const rest = task.filter((_, i) => !options.includes(task[i - (i % 2)]!));
    const small = SMALL.filter(
      (_, i) => !options.includes(SMALL[i - (i % 2)]!) && !options.some((each) => each.endsWith(SMALL[i - (i % 2)]!.slice(2))),
    );
    expect(await calls.refused("train", "--data", data, "--out", "new", ...rest, ...small, ...options)).toMatch(message);
    expect(await readdir(place.folder)).not.toContain("new");
  });
});
