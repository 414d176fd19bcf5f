import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { afterAll } from "vitest";
import { findChromium } from "../../../packages/parity/src/hosts/chromium.ts";

/**
 * A Chromium for the tests of one file, closed after the last. Where the machine has none, one line says so and the tests are to be skipped; but
 * not in CI, where its absence is a failure.
 */
export async function startBrowser(args: readonly string[] = ["--disable-gpu"]): Promise<Browser | undefined> {
  const found = await findChromium();
  if ("absent" in found) {
    if (process.env["CI"] !== undefined) throw new Error(found.absent);
    console.warn(`tests in a browser are skipped: ${found.absent}`);
    return undefined;
  }
  const root = process.getuid?.() === 0;
  const browser = await chromium.launch({ executablePath: found.path, chromiumSandbox: !root, args: ["--disable-quic", ...args] });
  afterAll(() => browser.close());
  return browser;
}

/** A visitor with a storage of their own. */
export async function newVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(20_000);
  return context;
}

/** A page that is being looked at, and all that went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Errors and warnings of the console, errors that nobody caught, violations of the page's policy. */
  readonly problems: string[];
}

export async function visit(context: BrowserContext, address: string): Promise<Visit> {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("crash", () => problems.push("the page crashed"));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
      console.error(`violation of ${effectiveDirective}: ${blockedURI} ${sample}`),
    );
  });
  await page.goto(address);
  return { page, problems };
}
