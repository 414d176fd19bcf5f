// The page on which visitors teach the model. The work is done in a worker; nothing leaves the browser.
import { LossChart } from "./chart.ts";
import { Client } from "./client.ts";
import { PairTable } from "./pair-table.ts";
import type { Event } from "./protocol.ts";

/** Milliseconds after the last keystroke until the model is asked. */
const PAUSE = 300;
const FIRST_ROWS = 3;

const byId = <E extends Element = HTMLElement>(id: string): E => document.getElementById(id) as unknown as E;
const button = (name: string): HTMLButtonElement => byId<HTMLButtonElement>(name);
const number = (name: string): HTMLInputElement => byId<HTMLInputElement>(name);

/** Where scripts want trusted addresses (https://w3c.github.io/trusted-types), under the name that the page's policy allows. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
const script = new URL("teach.worker.js", import.meta.url).href;
const trusted = trustedTypes?.createPolicy("s2s-teach", { createScriptURL: (url) => url }).createScriptURL(script) ?? script;
const client = new Client(new Worker(trusted, { type: "module" }));

const chart = new LossChart(byId<SVGSVGElement>("chart"));
const table = new PairTable(byId("rows"), byId<HTMLTemplateElement>("row"), () => later());
const status = byId("status");
const tell = (text: string): void => {
  status.textContent = text;
};

let teaching = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Asks the model about the pairs and the text to try, once the visitor pauses. */
function later(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void reporting(ask), PAUSE);
}

async function ask(): Promise<void> {
  const { pairs } = table;
  table.showReports(await client.call("describe", [pairs]));
  await showAnswers();
}

async function showAnswers(): Promise<void> {
  const text = number("try").value;
  const texts = [...table.pairs.map(([source]) => source), text];
  const { before, now } = await client.call("answers", [texts]);
  table.showAnswers(before.slice(0, -1), now.slice(0, -1));
  byId("try-before").textContent = text === "" ? "" : (before.at(-1) ?? "");
  byId("try-now").textContent = text === "" ? "" : (now.at(-1) ?? "");
}

async function teach(): Promise<void> {
  const { pairs } = table;
  if (pairs.length === 0) {
    tell("Fill in a text and what it should become first.");
    table.focusLast();
    return;
  }
  const options = {
    epochs: number("epochs").valueAsNumber,
    learningRate: number("learning-rate").valueAsNumber,
    replay: number("replay").valueAsNumber,
  };
  setTeaching(true);
  tell(`Learning ${pairs.length === 1 ? "one pair" : `${pairs.length} pairs`} …`);
  try {
    const { stopped } = await client.call("teach", [pairs, options], show);
    await showAnswers();
    const right = document.querySelectorAll("#rows .right").length;
    tell(
      `${stopped ? "Stopped" : right === pairs.length ? "Learned" : "Not all learned yet"}: ${right} of ${pairs.length} answered as taught.`,
    );
  } finally {
    setTeaching(false);
  }
}

function show(event: Event): void {
  if (event.kind !== "steps") return;
  chart.add(event.steps.map(({ loss }) => loss));
  for (const { answers } of event.steps) if (answers) table.showNow(answers);
}

function setTeaching(now: boolean): void {
  teaching = now;
  // A field that is disabled loses the keyboard.
  if (now && byId("rows").contains(document.activeElement)) button("teach").focus();
  table.disabled = now;
  for (const name of ["add", "undo", "download"]) button(name).disabled = now || (name !== "add" && chart.losses.length === 0);
  button("teach").textContent = now ? "Stop" : chart.losses.length > 0 ? "Go on" : "Teach";
}

async function undo(): Promise<void> {
  await client.call("reset", []);
  chart.clear();
  setTeaching(false);
  await showAnswers();
  tell("All undone: the model is what it was.");
}

async function download(): Promise<void> {
  const weights = await client.call("weights", []);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([weights], { type: "application/octet-stream" }));
  link.download = "weights.safetensors";
  link.click();
  // Not at once: the browser is still reading it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** What goes wrong is said where the visitor looks. */
async function reporting(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  }
}

byId<HTMLFormElement>("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void reporting(async () => {
    if (teaching) await client.call("stop", []);
    else await teach();
  });
});
button("add").addEventListener("click", () => {
  table.add();
  table.focusLast();
});
button("undo").addEventListener("click", () => void reporting(undo));
button("download").addEventListener("click", () => void reporting(download));
number("try").addEventListener("input", later);

for (let i = 0; i < FIRST_ROWS; i++) table.add();
await reporting(async () => {
  // A page with a service worker keeps the model through that.
  const cache = !navigator.serviceWorker?.controller;
  const address = new URL("bundle/", document.baseURI).href;
  const { learningRate } = await client.call("open", [address, cache], (event) => {
    if (event.kind === "download" && event.total) tell(`Loading: ${Math.floor((100 * event.loaded) / event.total)}%`);
  });
  number("learning-rate").value = String(Number(learningRate.toPrecision(2)));
  button("teach").disabled = false;
  document.documentElement.dataset["ready"] = "";
  tell("Ready. Give it a few pairs that it gets wrong, and let it learn them.");
  later();
});
