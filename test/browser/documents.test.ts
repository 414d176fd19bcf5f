import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { countDown, writeCountdown } from "../../packages/runtime/test/countdown.ts";
import { newVisitor, startBrowser, visit } from "./support/browser.ts";
import { ask } from "./support/element.ts";
import { startServer, temporaryFolder } from "./support/place.ts";
import { webFiles } from "./support/web-files.ts";

const browser = await startBrowser();

/** What the documents tell authors to write works as it is written, but for the host's name and the texts, which are not this model's. */
describe.skipIf(browser === undefined)("docs/embedding.md", async () => {
  const folder = await temporaryFolder();
  writeCountdown(join(folder, "model"), { maxSourceLength: 30 });
  const server = await startServer();
  server.folder("/bundle/", join(folder, "model"));
  for (const [name, path] of await webFiles()) server.file(`/${name}`, path);
  const text = (await readFile(new URL("../../docs/embedding.md", import.meta.url), "utf8")).replaceAll(
    "https://host/",
    `${server.origin}/`,
  );
  const blocks = (language: string): string[] =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, code]) => code!);
  const block = (language: string, part: string): string => {
    const found = blocks(language).find((code) => code.includes(part));
    expect(found, part).toBeDefined();
    return found!;
  };
  const expected = countDown("abc").tokens.join("");

  test.each([
    ["the element", "3rd of March, 2021"],
    ["a listener to its events", "s2s-error"],
    ["a form", "/booking"],
  ])("shows %s", async (_, part) => {
    const html = block("html", part);
    const script = html.includes("s2s.js") ? "" : '<script type="module" src="s2s.js"></script>';
    const { page, problems } = await visit(
      await newVisitor(browser!),
      server.page(
        "/page",
        html.replace("<s2s-model name", '<s2s-model src="bundle/" name').replace(/<s2s-model(?! src)/, '<s2s-model src="bundle/"') + script,
      ),
    );
    expect(await ask(page, "abc")).toMatchObject({ answer: expected, error: "" });
    if (part === "s2s-error") expect(await page.locator("#score").textContent()).toMatch(/^-\d+\.\d\d$/);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("shows a model in a script", async () => {
    server.answer("/script.js", { type: "text/javascript", body: `${block("js", "model.stream")}\nglobalThis.score = score;` });
    const { page, problems } = await visit(
      await newVisitor(browser!),
      server.page("/page", '<script type="module" src="script.js"></script>'),
    );
    await page.waitForFunction(() => (globalThis as never as { score?: number }).score !== undefined);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("shows words of another language and a style of one's own", async () => {
    server
      .answer("/style.css", { body: block("css", "--s2s-accent") })
      .answer("/words.js", { type: "text/javascript", body: block("js", "setLanguage") });
    const body =
      '<link rel="stylesheet" href="style.css"><script type="module" src="words.js"></script><s2s-model lang="de" src="bundle/"></s2s-model>';
    const { page, problems } = await visit(await newVisitor(browser!), server.page("/page", body));
    await page.getByRole("button", { name: "Übersetzen" }).waitFor();
    expect(await page.getByRole("button").evaluate((button) => getComputedStyle(button).backgroundColor)).toBe("rgb(10, 125, 85)");
    const output = page.locator("s2s-model output");
    expect(await output.evaluate((node) => getComputedStyle(node).fontSize)).toBe("20px");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("names every part, custom property, state, attribute and word that there is", async () => {
    const source = async (name: string): Promise<string> =>
      readFile(new URL(`../../packages/runtime/src/element/${name}.ts`, import.meta.url), "utf8");
    const all = (code: string, pattern: RegExp): string[] => [...new Set([...code.matchAll(pattern)].map(([, name]) => name!))];
    const parts = all(await source("view"), /part: "(\w+)"/g);
    const properties = all(await source("styles"), /var\((--s2s-[\w-]+)/g);
    const attributes = all((await source("attributes")).split("as const")[0]!, /^ {2}"?([\w-]+)"?: "/gm);
    const words = all((await source("strings")).split("const ENGLISH")[0]!, /readonly (\w+): string/g);
    for (const names of [parts, properties, attributes, words]) expect(names.length).toBeGreaterThan(7);
    for (const name of [...parts, ...properties, ...attributes]) expect(text).toContain(`\`${name}\``);
    for (const name of words.filter((word) => word !== "placeholder")) expect(block("js", "setLanguage")).toContain(`${name}:`);
    const tasks = await readdir(new URL("../../packages/runtime/src/element/tasks/", import.meta.url));
    const views = (await Promise.all(tasks.map((name) => source(`tasks/${name.replace(/\.ts$/, "")}`)))).join("\n");
    const [partsOfTasks, wordsOfTasks] = [all(views, /part: "([\w-]+)"/g), all(views, /^ {2}readonly (\w+): string;/gm)];
    for (const names of [partsOfTasks, wordsOfTasks]) expect(names.length).toBeGreaterThan(15);
    for (const name of [...partsOfTasks, ...wordsOfTasks]) expect(text).toContain(`\`${name}\``);
  });
});
