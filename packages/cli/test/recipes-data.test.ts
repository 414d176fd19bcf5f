import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { refuseIdleKeys, resolveConfig, type Config } from "@s2s/trainer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interpolated } from "../src/recipes/csv-series.ts";
import { RECIPES } from "../src/recipes/index.ts";
import { runHere } from "./support/capture.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-recipes-"))));
afterAll(() => rm(folder, { recursive: true }));

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}
const text = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join("");

/** Files by name as texts, the configuration resolved. */
async function make(
  name: string,
  data: string,
  split = RECIPES[name]!.splits?.[0] ?? "",
): Promise<{ files: Record<string, string>; config: Config }> {
  const made = await RECIPES[name]!.make({ seed: 3, data, split });
  const files = Object.fromEntries(
    made.map(({ name, content }) => [name, typeof content === "string" ? content : Buffer.from(content).toString()]),
  );
  for (const { name, content, examples } of made) {
    if (examples === undefined || name.endsWith(".csv")) continue;
    expect(String(content).match(/\n/g) ?? []).toHaveLength(examples);
  }
  const input = JSON.parse(files["s2s.config.json"]!);
  const config = resolveConfig(input, name);
  refuseIdleKeys(input, config, () => name);
  return { files, config };
}
const rows = (file: string | undefined): string[][] =>
  (file ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
const column = (file: string | undefined, at = 0): string[] => rows(file).map((row) => row[at]!);
const common = (a: readonly string[], b: readonly string[]): string[] => {
  const known = new Set(b);
  return a.filter((each) => known.has(each));
};

describe("recipes of pairs", () => {
  it("scan takes the split's files as they are", async () => {
    const files = {
      "simple-train.tsv": "walk\tI_WALK\n",
      "simple-test.tsv": "run\tI_RUN\n",
      "addprim_jump-train.tsv": "jump\tI_JUMP\njump\tI_JUMP\n",
      "addprim_jump-test.tsv": "jump twice\tI_JUMP I_JUMP\n",
    };
    for (const [name, content] of Object.entries(files)) await put(`scan/${name}`, content);
    expect((await make("scan", join(folder, "scan"))).files).toMatchObject({
      "train.tsv": files["simple-train.tsv"],
      "test.tsv": files["simple-test.tsv"],
    });
    const jump = await make("scan", join(folder, "scan"), "jump");
    expect(jump.files).toMatchObject({ "train.tsv": files["addprim_jump-train.tsv"], "test.tsv": files["addprim_jump-test.tsv"] });
  });

  it("g2p writes words as people do", async () => {
    await put("cmudict/cntk-train.tsv", "h e l l o\tHH AH L OW\n");
    await put("cmudict/cntk-dev.tsv", "' e m\tAH M\n");
    const { files } = await make("g2p", join(folder, "cmudict"));
    expect(files).toMatchObject({ "train.tsv": "hello\tHH AH L OW\n", "valid.tsv": "'em\tAH M\n" });
  });

  it("keras-char and prasad2023 take the first 10,000 pairs byte for byte, with embeddings as wide as one-hot vectors", async () => {
    const lines = Array.from({ length: 10_050 }, (_, i) => `Go ${i}!\tVa\u202f${i}\u00a0!`);
    const path = await put("fra/eng-fra.tsv", text(lines));
    for (const name of ["keras-char", "prasad2023"]) {
      const { files, config } = await make(name, path);
      expect(files["train.tsv"]).toBe(text(lines.slice(0, 10_000)));
      // G, o, blank, exclamation mark and ten digits; V, a, two blanks, exclamation mark and ten digits; four specials each.
      expect([config.encoder.embedding, config.decoder.embedding]).toEqual([18, 19]);
      expect(config.data).toMatchObject({ validFraction: 0.2, validSplit: "tail" });
    }
  });

  it("keras-char fills texts up with blanks, ends of targets marked", async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `Go ${i}!\tVa ${i} !`);
    const { files } = await make("keras-char", await put("padded/eng-fra.tsv", text(lines)), "padded");
    expect(rows(files["train.tsv"])[7]).toEqual(["Go 7!   ", "Va 7 !\u00b6   "]);
    expect(rows(files["train.tsv"])[9999]).toEqual(["Go 9999!", "Va 9999 !\u00b6"]);
  });
});

describe("recipes of sentences", () => {
  // Three translations each; numbers make them different.
  const lines = Array.from({ length: 36_000 }, (_, i) => {
    const n = Math.floor(i / 3);
    return `It's ${n}.5 o'clock, Tom (${n}).\tIl est ${n},5\u202fheures, l\u2019ami${"!".repeat(i % 3)} ${i}\u00a0!`;
  });

  it("hold out English sentences with all their translations, in words", async () => {
    const path = await put("tatoeba/eng-fra.tsv", text(lines));
    const made = await Promise.all(["cho2014", "bahdanau2015", "luong2015"].map((name) => make(name, path)));
    const [{ files }] = made as [Awaited<ReturnType<typeof make>>];
    // All three are the same data, so that the models can be compared.
    for (const other of made)
      for (const name of ["train.tsv", "valid.tsv", "test.tsv"]) expect(other.files[name] === files[name]).toBe(true);
    const [train, valid, test] = [column(files["train.tsv"]), column(files["valid.tsv"]), column(files["test.tsv"])];
    expect([train.length, valid.length, test.length]).toEqual([27_000, 1002, 2001]);
    expect([...common(test, train), ...common(valid, train), ...common(test, valid)]).toEqual([]);
    const [source = "", target = ""] = rows(files["test.tsv"])[0]!;
    expect(source).toMatch(/^It's (\d+)\.5 o'clock , Tom \( \1 \) \.$/);
    expect(target).toMatch(/^Il est \d+,5 heures , l' ami( !)* \d+ !$/);
    expect(train).not.toEqual(train.toSorted());
  });

  it("language keeps sentences of one language alone", async () => {
    const both = ["Impossible.\tImpossible !", "Taxi!\tTaxi !"];
    const path = await put("language/eng-fra.tsv", text([...both, ...lines.map((line) => line.replace("It's", "It is")), ...lines]));
    const { files } = await make("language", path);
    const all = [files["train.tsv"], files["valid.tsv"], files["test.tsv"]].flatMap(rows);
    expect(all).toHaveLength(46_000);
    expect(new Set(all.map(([sentence]) => sentence)).size).toBe(all.length);
    for (const [sentence = "", label] of all) expect(label).toBe(sentence.startsWith("It") ? "English" : "French");
  });

  it("chatbot holds out ways to ask, or utterances", async () => {
    const pairs = Array.from(
      { length: 100 },
      (_, i) => `What is number ${"abcdefghij"[i % 10]}${"klmnopqrst"[Math.floor(i / 10)]}?\tReply ${i}.\tmath`,
    );
    const path = await put("chat/pairs.tsv", text([...pairs, "What is number ak?\tAnother reply.\tmath"]));
    const asked = await make("chatbot", path);
    const parts = ["train.tsv", "valid.tsv", "test.tsv"];
    for (const { files } of [asked, await make("chatbot", path, "unseen")]) {
      const [train, valid, test] = parts.map((name) => column(files[name])) as [string[], string[], string[]];
      expect([...common(test, train), ...common(valid, train), ...common(test, valid)]).toEqual([]);
      expect(Object.values(files).join("")).not.toContain("Another");
    }
    const replies = (files: Record<string, string>, name: string): string[] => [...new Set(column(files[name], 1))].toSorted();
    expect(common(replies(asked.files, "test.tsv"), replies(asked.files, "train.tsv"))).toHaveLength(
      replies(asked.files, "test.tsv").length,
    );
    const unseen = (await make("chatbot", path, "unseen")).files;
    expect(common(replies(unseen, "test.tsv"), replies(unseen, "train.tsv"))).toEqual([]);
    expect(column(asked.files["train.tsv"], 1)).toContain("Reply 7 .");
  });
});

describe("captions", () => {
  /** A ustar archive as POSIX.1-1988 has it. */
  const tarGz = (entries: Readonly<Record<string, string>>): Buffer => {
    const blocks = Object.entries(entries).flatMap(([name, content]) => {
      const header = Buffer.alloc(512);
      header.write(name, 0);
      header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
      header.write("0ustar\0", 156);
      const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
      body.write(content, "latin1");
      return [header, body];
    });
    for (let i = 0; i < blocks.length; i += 2) blocks[i]!.write("ustar\x0000", 257);
    return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
  };
  const tones = ["light", "medium-light", "medium", "medium-dark", "dark"];
  const emoji = Array.from({ length: 30 }, (_, i) => `e${i}`);
  const named = emoji.flatMap((base) =>
    ["", ...tones].map((tone): [string, string] =>
      tone === "" ? [`${base}.png`, `${base}: red hair`] : [`${base}-${tone}.png`, `${base}: ${tone} skin tone, red hair`],
    ),
  );

  it("unpacks the pictures and holds out tones of known emoji, or whole emoji", async () => {
    await put("emoji/captions.tsv", text(named.map((row) => row.concat("Group").join("\t"))));
    await put(
      "emoji/images-png32.tar.gz",
      tarGz(Object.fromEntries(named.map(([file]) => [`png32/${file}`, `picture ${file}`.padEnd(600)]))),
    );
    const base = (caption: string): string => caption.split(" ")[0]!;
    for (const split of ["tones", "base"]) {
      const { files, config } = await make("captions", join(folder, "emoji"), split);
      expect(files["images/e7-dark.png"]?.trimEnd()).toBe("picture e7-dark.png");
      expect(config.data.images).toBe("images");
      const [train, valid, test] = ["train.tsv", "valid.tsv", "test.tsv"].map((name) => rows(files[name])) as [
        string[][],
        string[][],
        string[][],
      ];
      expect([...train, ...valid, ...test].map(([file]) => file).toSorted()).toEqual(named.map(([file]) => file).toSorted());
      const seen = new Set(train.map(([, caption]) => base(caption!)));
      expect(test.length).toBeGreaterThan(10);
      for (const [, caption = ""] of test) expect(seen.has(base(caption))).toBe(split === "tones");
      if (split === "tones") for (const [, caption] of test) expect(caption).toMatch(/^e\d+ : \S+ skin tone , red hair$/);
    }
  });

  it("says what is wrong with the archive", async () => {
    await put("bad/captions.tsv", "a.png\ta\tGroup\n");
    const path = await put("bad/images-png32.tar.gz", tarGz({ "png32/b.png": "b" }));
    const captions = (): Promise<unknown> => make("captions", join(folder, "bad"));
    await expect(captions()).rejects.toThrow(`${path}: holds no a.png, which ${join(folder, "bad", "captions.tsv")} names`);
    await writeFile(path, gzipSync(Buffer.alloc(512, "x")));
    await expect(captions()).rejects.toThrow(`${path}: is no tar archive`);
    await writeFile(path, tarGz({ "png32/a.png": "a" }).subarray(0, 60));
    await expect(captions()).rejects.toThrow(`${path}: is no gzip file, or is cut off`);
    const whole = tarGz({ "png32/a.png": "a".repeat(5000) });
    await writeFile(path, whole);
    expect((await make("captions", join(folder, "bad"), "base")).files["images/a.png"]).toBe("a".repeat(5000));
  });
});

describe("forecast", () => {
  it("interpolates what is missing", () => {
    const [none, nan] = [[] as number[], Number.NaN];
    expect(interpolated([nan, 1, nan, nan, 4, 5, nan])).toEqual([1, 1, 2, 3, 4, 5, 5]);
    expect(interpolated(none)).toEqual(none);
  });

  it("cuts Beijing's air by years, with the window before each part", async () => {
    const hours = Array.from({ length: 5 * 240 }, (_, i) => {
      const [year, day, hour] = [2010 + Math.floor(i / 240), Math.floor(i / 24) % 10, i % 24];
      const pm = i < 3 || i === 100 ? "NA" : i;
      return `${i + 1},${year},${day + 1},1,${hour},${pm},-21,-11,1021,${["NW", "cv"][i % 2]},1.79,0,0`;
    });
    const path = await put(
      "PRSA_data_2010.1.1-2014.12.31.csv",
      text(["No,year,month,day,hour,pm,DEWP,TEMP,PRES,cbwd,Iws,Is,Ir", ...hours]),
    );
    const { files, config } = await make("forecast", path);
    const pm = (name: string): number[] => column(files[name]?.replaceAll(",", "\t")).slice(1).map(Number);
    const run = (first: number, end: number): number[] => Array.from({ length: end - first }, (_, i) => first + i);
    // The first three rows have no value before them; row 100 lies between 99 and 101.
    expect(pm("train.csv")).toEqual(run(3, 720));
    expect(pm("valid.csv")).toEqual(run(720 - 48, 960));
    expect(pm("test.csv")).toEqual(run(960 - 48, 1200));
    expect(config.forecast).toMatchObject({ outputs: "pm", window: 48, horizon: 24, season: 24 });
    expect(files["train.csv"]?.split("\n")[0]?.split(",")).toEqual(config.forecast.inputs?.split(","));
  });

  it("knows the airline's passengers by their header and refuses other tables, and numbers that are none", async () => {
    const months = Array.from({ length: 144 }, (_, i) => `"1949-${i}",${100 + i}`);
    const path = await put("airline/airline-passengers.csv", text(['"Month","Passengers"', ...months]));
    const { files } = await make("forecast", dirname(path));
    expect(files["train.csv"]?.trimEnd().split("\n")).toHaveLength(1 + 96);
    expect(files["valid.csv"]?.trimEnd().split("\n")).toHaveLength(1 + 48 + 24);
    await writeFile(path, text(['"Month","Passengers"', ...months.slice(0, 50), '"1953-03",many']));
    await expect(make("forecast", path)).rejects.toThrow(`${path}:52: Passengers is "many", but must be a number`);
    await writeFile(path, text(['"Month","Passengers"', "1"]));
    await expect(make("forecast", path)).rejects.toThrow(`${path}:2: has 1 cells, but the header has 2`);
    await writeFile(path, "Date,Sales\n1,2\n");
    await expect(make("forecast", path)).rejects.toThrow("its header has Date, Sales");
  });
});

describe("s2s init", () => {
  const init = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await runHere("init", join(folder, "out"), ...args);
    expect(code).toBe(2);
    expect(stderr.trimEnd()).not.toContain("\n");
    return stderr;
  };

  it("says what is missing, too much or misspelt, in a line", async () => {
    expect(await init("--recipe", "scann")).toContain("did you mean scan?");
    expect(await init("--recipe", "scan")).toContain("scan needs --data PATH: a folder with simple-train.tsv");
    expect(await init("--recipe", "tag", "--data", "x")).toContain("tag generates its data: leave --data out");
    expect(await init("--recipe", "tag", "--split", "x")).toContain("tag has one way to split: leave --split out");
    expect(await init("--recipe", "scan", "--data", folder, "--split", "jmp")).toContain("must be one of simple, jump; did you mean jump?");
    const nowhere = join(folder, "nowhere");
    expect(await init("--recipe", "scan", "--data", nowhere)).toContain(`--data ${nowhere}: does not exist: check the path`);
    expect(await init("--recipe", "language", "--data", nowhere)).toContain("eng-fra.tsv");
    expect(await init("--recipe", "g2p", "--data", folder)).toContain(`--data ${folder}: holds no cntk-train.tsv`);
    const file = await put("few.tsv", "a\tb\n");
    expect(await init("--recipe", "scan", "--data", file)).toContain(
      "is a file: name the folder that holds simple-train.tsv and simple-test.tsv",
    );
    for (const recipe of ["language", "luong2015", "keras-char"])
      expect(await init("--recipe", recipe, "--data", file)).toContain("name the whole file");
    expect(await init("--recipe", "luong2015", "--data", await put("one.tsv", "a\n"))).toContain("one.tsv:1: 1 column");
  });

  it("writes everything once, and nothing where a file was changed", async () => {
    const out = join(folder, "tag");
    expect((await runHere("init", out, "--recipe", "tag")).stdout).toContain(
      `  s2s train --config ${join(out, "s2s.config.json")} --out ${out}-run`,
    );
    expect(await runHere("init", out, "--recipe", "tag", "--json")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"examples":5000'),
    });
    await writeFile(join(out, "s2s.config.json"), "{}");
    await rm(join(out, "test.tsv"));
    const again = await runHere("init", out, "--recipe", "tag");
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("s2s.config.json: is there already with other content") });
    await expect(readFile(join(out, "test.tsv"))).rejects.toThrow("ENOENT");
  });
});
