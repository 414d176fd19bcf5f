import { join } from "node:path";
import type { S2sModelElement } from "@s2s/runtime/element";
import type { Page } from "playwright-core";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { countDown, writeCountdown } from "../../packages/runtime/test/countdown.ts";
import { newVisitor, startBrowser, visit, type Visit } from "./support/browser.ts";
import { ask, ELEMENT } from "./support/element.ts";
import { startServer, temporaryFolder } from "./support/place.ts";
import { webFiles } from "./support/web-files.ts";

const browser = await startBrowser();
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; form-action 'self'";
/** What the model answers, by definition. */
const answerTo = (text: string, maxLength?: number): string => countDown(text, maxLength).tokens.join("");

describe.skipIf(browser === undefined)("<s2s-model>", async () => {
  const folder = await temporaryFolder();
  writeCountdown(join(folder, "model"));
  writeCountdown(join(folder, "endless"), { maxTargetLength: 100_000 });
  const server = await startServer();
  server.folder("/model/", join(folder, "model")).folder("/endless/", join(folder, "endless"));
  for (const [name, path] of await webFiles()) server.file(`/${name}`, path);
  const context = browser && (await newVisitor(browser));
  afterAll(() => context?.close());

  let opened: Visit | undefined;
  /** Opens a page with this content. What goes wrong in it fails the test. */
  async function open(body: string): Promise<Page> {
    opened = await visit(context!, server.page("/page", `<script type="module" src="/s2s.js"></script>${body}`, POLICY));
    await opened.page.evaluate(() => {
      const heard: [string, unknown][] = [];
      Object.assign(globalThis, { heard });
      for (const name of ["s2s-progress", "s2s-load", "s2s-token", "s2s-result", "s2s-error", "change"]) {
        document.addEventListener(name, (event) => heard.push([name, (event as CustomEvent).detail]));
      }
    });
    return opened.page;
  }
  afterEach(async () => {
    const problems = [...(opened?.problems ?? []), ...server.violations.splice(0)];
    await opened?.page.close();
    expect(problems).toEqual([]);
  });
  /** Takes what went wrong as expected. */
  const takeProblems = (): string[] => opened!.problems.splice(0);

  const heard = (page: Page): Promise<string[]> =>
    page.evaluate(() => (globalThis as never as { heard: [string][] }).heard.map(([name]) => name));
  const part = (page: Page, name: string) => page.locator(`s2s-model [part~=${name}]`);
  const run = <T>(page: Page, action: (element: S2sModelElement) => T | Promise<T>): Promise<T> =>
    page
      .locator("s2s-model")
      .first()
      .evaluate(action as never) as Promise<T>;
  const answered = (page: Page) => page.waitForFunction(() => document.querySelector("s2s-model")?.value !== "");

  test("answers what is typed, and tells of every step", async () => {
    const page = await open(ELEMENT("/model/"));
    expect(await ask(page, "abc")).toMatchObject({ answer: answerTo("abc"), error: "" });
    const names = await heard(page);
    expect([...new Set(names)]).toEqual(["s2s-progress", "s2s-load", "s2s-token", "s2s-result", "change"]);
    const details = await page.evaluate(() => (globalThis as never as { heard: [string, never][] }).heard);
    const pieces = details.filter(([name]) => name === "s2s-token").map(([, detail]) => detail as { text: string; answer: string });
    expect(pieces.map(({ text }) => text).join("")).toBe(answerTo("abc"));
    expect(pieces.at(-1)!.answer).toBe(answerTo("abc"));
    expect(details.find(([name]) => name === "s2s-result")![1]).toMatchObject({
      source: "abc",
      duration: expect.any(Number),
      generation: { text: answerTo("abc"), tokens: countDown("abc").tokens, truncated: countDown("abc").truncated },
    });
    expect(details.find(([name]) => name === "s2s-progress")![1]).toMatchObject({ phase: "download", loaded: expect.any(Number) });
  });

  test("loads nothing before a visitor turns to it, unless it is to", async () => {
    const page = await open(`<p>far</p>${ELEMENT("/model/")}`);
    server.requests.length = 0;
    await page.waitForTimeout(200);
    expect(server.requests).toEqual([]);
    await part(page, "input").focus();
    await page.waitForFunction(() => document.querySelector("s2s-model")!.matches(":state(ready)"));
    await page.close();
    const eager = await open(ELEMENT("/model/", 'loading="eager"'));
    await eager.waitForFunction(() => document.querySelector("s2s-model")!.matches(":state(ready)"));
  });

  test("loads when it comes into view", async () => {
    server.answer("/tall.js", { type: "text/javascript", body: "document.querySelector('p').style.height = '5000px'" });
    const page = await open(`<p></p>${ELEMENT("/model/", 'id="low"')}<script type="module" src="/tall.js"></script>`);
    await page.waitForFunction(() => document.querySelector("p")!.offsetHeight === 5000);
    await run(page, (element) => void (element.loading = "visible"));
    await page.waitForTimeout(200);
    expect(await run(page, (element) => element.matches(":state(loading), :state(ready)"))).toBe(false);
    await page.locator("s2s-model").scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelector("s2s-model")!.matches(":state(ready)"));
  });

  test("is worked by keys: Enter sends, Shift+Enter does not, Escape stops", async () => {
    const page = await open(ELEMENT("/endless/", 'label="Countdown"'));
    await page.keyboard.press("Tab");
    await page.keyboard.type("ghijkl");
    await page.keyboard.press("Shift+Enter");
    expect(await run(page, (element) => element.text)).toBe("ghijkl\n");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Enter");
    await page.waitForFunction(
      () => (document.querySelector("s2s-model")!.shadowRoot!.querySelector("output")?.textContent ?? "").length > 20,
    );
    expect(await part(page, "button").textContent()).toBe("Stop");
    expect(await part(page, "output").getAttribute("aria-busy")).toBe("true");
    await page.keyboard.press("Escape");
    expect(await part(page, "button").textContent()).toBe("Translate");
    expect(await part(page, "status").textContent()).toBe("Stopped");
    expect(await part(page, "output").getAttribute("aria-busy")).toBe("false");
    // What came of it stays, but is no answer.
    const partial = (await part(page, "output").textContent())!;
    expect(partial.length).toBeGreaterThan(20);
    await page.waitForTimeout(100);
    expect(await part(page, "output").textContent()).toBe(partial);
    expect(await run(page, (element) => element.value)).toBe("");
    expect(await heard(page)).not.toContain("s2s-result");
    expect(await heard(page)).not.toContain("s2s-error");
    // The model is free for the next one.
    expect(await run(page, async (element) => (await element.generate("abc", { maxLength: 2 })).tokens.length)).toBe(2);
  });

  test("says who it is to a screen reader", async () => {
    const page = await open(ELEMENT("/model/", 'label="Your letters" placeholder="abc"'));
    const element = page.locator("s2s-model");
    expect(await element.ariaSnapshot()).toBe(
      [
        "- text: Your letters",
        '- textbox "Your letters":',
        "  - /placeholder: abc",
        '- button "Translate"',
        "- status",
        '- status "Answer"',
      ].join("\n"),
    );
    await ask(page, "abc");
    expect(await element.ariaSnapshot()).toContain(`- status "Answer": ${answerTo("abc")}`);
    const outer = await open(`<label for="m">Outer</label>${ELEMENT("/model/", 'id="m"')}`);
    await outer.getByText("Outer").click();
    expect(await outer.locator("s2s-model").ariaSnapshot()).toContain('- textbox "Outer"');
    expect(await run(outer, (node) => document.activeElement === node)).toBe(true);
  });

  test("belongs to a form: value, validity, reset, fieldset", async () => {
    const page = await open(
      `<form action="/sent"><fieldset><input name="other" value="1">${ELEMENT("/model/", 'name="answer" required text="abc"')}</fieldset><button>Send</button></form>`,
    );
    const state = () =>
      run(page, ({ value, text, validity, form, willValidate }) => ({
        value,
        text,
        missing: validity.valueMissing,
        form: form?.tagName,
        willValidate,
      }));
    expect(await state()).toEqual({ value: "", text: "abc", missing: true, form: "FORM", willValidate: true });
    await page.getByRole("button", { name: "Send" }).click();
    expect(page.url()).toBe(`${server.origin}/page`);
    await part(page, "input").press("Enter");
    await answered(page);
    expect(await state()).toMatchObject({ value: answerTo("abc"), missing: false });
    await page.evaluate(() => document.querySelector("form")!.reset());
    expect(await state()).toMatchObject({ value: "", text: "abc", missing: true });
    await page.evaluate(() => (document.querySelector("fieldset")!.disabled = true));
    expect(await part(page, "input").isDisabled()).toBe(true);
    expect(await part(page, "button").isDisabled()).toBe(true);
    expect(await state()).toMatchObject({ willValidate: false });
    await page.evaluate(() => (document.querySelector("fieldset")!.disabled = false));
    await ask(page, "cab");
    server.answer("/sent", { body: "sent" });
    await page.getByRole("button", { name: "Send" }).click();
    await page.waitForURL(/sent/);
    expect(new URL(page.url()).searchParams.toString()).toBe(new URLSearchParams({ other: "1", answer: answerTo("cab") }).toString());
    // And what stood there is there again for who comes back.
    await page.goBack();
    await page.waitForFunction(() => document.querySelector("s2s-model")?.value);
    expect(await state()).toMatchObject({ value: answerTo("cab"), text: "cab" });
  });

  test("cannot be sent while an answer is under way", async () => {
    const page = await open(`<form>${ELEMENT("/endless/", 'name="answer"')}</form>`);
    await part(page, "input").fill("ghijkl");
    await part(page, "input").press("Enter");
    expect(await run(page, (element) => [element.checkValidity(), element.validationMessage])).toEqual([
      false,
      "Wait for the answer, or stop it.",
    ]);
    await part(page, "button").click();
    expect(await run(page, (element) => element.checkValidity())).toBe(true);
    await run(page, (element) => element.setCustomValidity("not today"));
    expect(await run(page, (element) => [element.checkValidity(), element.validationMessage])).toEqual([false, "not today"]);
  });

  test("reads right to left where its text does", async () => {
    const page = await open(ELEMENT("/model/", 'dir="rtl" lang="he" source-lang="he" target-lang="en" label="תאריך"'));
    await part(page, "input").fill("שלום");
    const direction = (name: string) => part(page, name).evaluate((node) => getComputedStyle(node).direction);
    expect(await direction("input")).toBe("rtl");
    expect(await direction("controls")).toBe("rtl");
    await part(page, "input").fill("abc");
    expect(await direction("input")).toBe("ltr");
    expect(await part(page, "input").getAttribute("lang")).toBe("he");
    expect(await part(page, "output").getAttribute("lang")).toBe("en");
  });

  test("speaks other languages, and the page's own words", async () => {
    const page = await open(`<div lang="de-AT">${ELEMENT("/model/", 'stop-label="Genug"')}</div>`);
    await run(page, async (element) => {
      (element.constructor as typeof S2sModelElement).setLanguage("de", {
        send: "Übersetzen",
        output: "Antwort",
        input: "Text auf Deutsch",
      });
      element.strings = { output: "Ergebnis" };
    });
    expect(await page.locator("s2s-model").ariaSnapshot()).toMatch(
      /textbox "Text auf Deutsch"[^]*button "Übersetzen"[^]*status "Ergebnis"/,
    );
    await run(page, (element) => element.setAttribute("send-label", "Los"));
    expect(await part(page, "button").textContent()).toBe("Los");
  });

  test("takes its options from attributes, properties and calls", async () => {
    const page = await open(ELEMENT("/model/", 'max-length="3" beams="2"'));
    expect(await ask(page, "ghi")).toMatchObject({ answer: answerTo("ghi", 3) });
    // Beams compare whole answers, so there is nothing to show before.
    expect(await heard(page)).not.toContain("s2s-token");
    expect(await part(page, "status").textContent()).toContain("cut off");
    await run(page, (element) => void Object.assign(element, { maxLength: undefined, beams: undefined, options: { maxLength: 4 } }));
    expect(await run(page, (element) => [element.hasAttribute("max-length"), element.hasAttribute("beams")])).toEqual([false, false]);
    expect(await run(page, async (element) => (await element.generate("ghi")).text)).toBe(answerTo("ghi", 4));
    expect(await run(page, async (element) => (await element.generate("ghi", { maxLength: 5 })).text)).toBe(answerTo("ghi", 5));
    expect(await run(page, ({ text, value }) => [text, value])).toEqual(["ghi", answerTo("ghi", 5)]);
  });

  test("answers by itself with auto", async () => {
    const page = await open(ELEMENT("/model/", "auto"));
    await part(page, "input").pressSequentially("abc");
    await page.waitForFunction((value) => document.querySelector("s2s-model")?.value === value, answerTo("abc"));
    await part(page, "input").fill("");
    await page.waitForFunction(() => document.querySelector("s2s-model")?.value === "");
    const first = await open(ELEMENT("/model/", 'auto loading="eager" text="cab"'));
    await first.waitForFunction((value) => document.querySelector("s2s-model")?.value === value, answerTo("cab"));
  });

  test("shares a model between elements, and gives it back when the last one leaves", async () => {
    const page = await open(ELEMENT("/model/") + ELEMENT("/model/"));
    const models = await page.evaluate(async () => {
      const all = [...document.querySelectorAll("s2s-model")];
      const [first, second] = await Promise.all(all.map((element) => element.load()));
      Object.assign(globalThis, { model: first });
      return {
        same: first === second,
        answers: await Promise.all(all.map(async (element, i) => (await element.generate(["abc", "cab"][i])).text)),
      };
    });
    expect(models).toEqual({ same: true, answers: [answerTo("abc"), answerTo("cab")] });
    const after = await page.evaluate(async () => {
      const [first, second] = [...document.querySelectorAll("s2s-model")] as [S2sModelElement, S2sModelElement];
      const { model } = globalThis as never as { model: { generate(text: string): Promise<unknown> } };
      const alive = () =>
        model.generate("abc").then(
          () => true,
          () => false,
        );
      // Moving is not leaving.
      document.body.prepend(first);
      first.remove();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const withOne = await alive();
      document.body.append(document.createElement("p"));
      document.body.prepend(second);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const moved = await alive();
      second.remove();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return {
        withOne,
        moved,
        withNone: await alive(),
        gone: await second.load().then(
          () => "",
          (error: Error) => error.message,
        ),
      };
    });
    expect(after).toEqual({ withOne: true, moved: true, withNone: false, gone: expect.stringContaining("only while it is in a document") });
  });

  test("answers a call that follows its definition or its attributes at once", async () => {
    server.answer("/at-once.js", {
      type: "text/javascript",
      body: `import "./s2s.js";
        const element = document.querySelector("s2s-model");
        globalThis.first = element.generate("abc").then(({ text }) => text);
        const other = document.createElement("s2s-model");
        document.body.append(other);
        other.src = "/model/";
        other.device = "wasm";
        globalThis.second = other.generate("cab").then(({ text }) => text);`,
    });
    opened = await visit(context!, server.page("/page", `<script type="module" src="/at-once.js"></script>${ELEMENT("/model/")}`, POLICY));
    const both = await opened.page.evaluate(() =>
      Promise.all([(globalThis as never as { first: string }).first, (globalThis as never as { second: string }).second]),
    );
    expect(both).toEqual([answerTo("abc"), answerTo("cab")]);
  });

  test("takes another model when src changes", async () => {
    writeCountdown(join(folder, "short"), { maxTargetLength: 2 });
    server.folder("/short/", join(folder, "short"));
    const page = await open(ELEMENT("/model/"));
    await ask(page, "ghi");
    await run(page, (element) => void (element.src = "/short/"));
    await page.waitForFunction(() => document.querySelector("s2s-model")!.model?.manifest.maxTargetLength === 2);
    expect(await run(page, ({ value }) => value)).toBe("");
    expect(await ask(page, "ghi")).toMatchObject({ answer: answerTo("ghi", 2) });
  });

  describe("when something is wrong", () => {
    const broken: Record<string, { attributes: string; src: string; visitor: string; developer: RegExp }> = {
      "no model there": { src: "/none/", attributes: "", visitor: "The model could not be loaded. Try again later.", developer: /404/ },
      "a damaged model": {
        src: "/damaged/",
        attributes: "",
        visitor: "The model could not be loaded. Try again later.",
        developer: /weights.safetensors.*SHA-256/,
      },
      "a model of another task": {
        src: "/model/",
        attributes: 'task="classify"',
        visitor: "The model could not be loaded. Try again later.",
        developer: /task="translate"/,
      },
      "a device that does not exist": {
        src: "/model/",
        attributes: 'device="gpu"',
        visitor: "The model could not be loaded. Try again later.",
        developer: /gpu/,
      },
      "no src": { src: "", attributes: "", visitor: "The model could not be loaded. Try again later.", developer: /src=/ },
      "an option out of range": {
        src: "/model/",
        attributes: 'beams="none"',
        visitor: "This text cannot be answered. It may be too long for the model.",
        developer: /beams/,
      },
      "a text that is too long": {
        src: "/model/",
        attributes: 'text="abcdefghijkl"',
        visitor: "This text cannot be answered. It may be too long for the model.",
        developer: /reads at most/,
      },
    };

    test.each(Object.entries(broken))(
      "%s: the visitor reads plain words, the developer hears the cause",
      async (_, { src, attributes, visitor, developer }) => {
        writeCountdown(join(folder, "damaged"));
        server.folder("/damaged/", join(folder, "damaged"));
        server.answer("/damaged/weights.safetensors", {
          body: new Uint8Array(await (await fetch(`${server.origin}/model/weights.safetensors`)).arrayBuffer()).toReversed(),
        });
        const page = await open(ELEMENT(src, attributes));
        if (!attributes.includes("text")) await part(page, "input").fill("abc");
        await part(page, "input").press("Enter");
        await page.getByRole("alert").waitFor();
        expect(await part(page, "error").textContent()).toBe(visitor);
        expect(await part(page, "input").getAttribute("aria-invalid")).toBe("true");
        const errors = await page.evaluate(() =>
          (globalThis as never as { heard: [string, { error: Error; phase: string }][] }).heard
            .filter(([name]) => name === "s2s-error")
            .map(([, { error }]) => error.message),
        );
        // One that shows at once is there when the visitor turns to the element, and again when they ask.
        expect(errors.length).toBeGreaterThan(0);
        for (const error of errors) expect(error).toMatch(developer);
        expect(
          takeProblems()
            .filter((text) => !/Failed to load resource/.test(text))
            .join(),
        ).toMatch(developer);
      },
    );

    test("the page may tell of it in its own way", async () => {
      const page = await open(ELEMENT("/none/"));
      await page.evaluate(() => document.addEventListener("s2s-error", (event) => event.preventDefault()));
      await part(page, "input").fill("abc");
      await part(page, "input").press("Enter");
      await page.waitForFunction(() => document.querySelector("s2s-model")!.matches(":state(failed)"));
      expect(await part(page, "error").isVisible()).toBe(false);
      expect(takeProblems().filter((text) => !/Failed to load resource/.test(text))).toEqual([]);
    });

    test("the next try may succeed", async () => {
      server.answer("/model/s2s.json", { status: 503, body: "busy" });
      const page = await open(ELEMENT("/model/"));
      expect(await ask(page, "abc")).toMatchObject({ error: "The model could not be loaded. Try again later." });
      server.answer("/model/s2s.json", undefined);
      expect(await ask(page, "cab")).toMatchObject({ answer: answerTo("cab"), error: "" });
      takeProblems();
    });
  });
});
