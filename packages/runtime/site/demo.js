// The demo page around the element: settings, what runs, the snippet to paste, and visits without a network.
const element = document.querySelector("s2s-model");
const byId = (id) => document.getElementById(id);

/* Settings */

byId("device").addEventListener("change", ({ target }) => (element.device = target.value));
byId("beams").addEventListener("change", ({ target }) => (element.beams = target.value || undefined));
byId("max-length").addEventListener("change", ({ target }) => (element.maxLength = target.value || undefined));

/* What the model is asked */

/** Above the input, by what the model takes. */
const LABELS = {
  tokens: "Your text",
  none: "How the text begins",
  image: "A picture",
  vector: "Numbers, as JSON",
  vectors: "Numbers of each step, as JSON",
  frames: "Numbers of each picture, as JSON",
};

const ROWS = "The last rows of the series, as CSV";

/** The same by task, for as long as the model is not there. */
const EARLY = { generate: LABELS.none, forecast: ROWS, caption: LABELS.image, draw: "" };
element.label = EARLY[element.task] ?? element.label;

/** What a visitor can try it on who has no such numbers; undefined where everybody has what it takes. */
function madeUp({ model: { input }, series, maxSourceLength }) {
  const list = (length, entry) => Array.from({ length }, (_, i) => entry(i));
  const number = () => Number((Math.random() * 2 - 1).toFixed(2));
  if (series) {
    const row = (i) => series.inputs.map(({ mean, deviation }, j) => (mean + deviation * Math.sin(i / 3 + j)).toPrecision(4));
    const header = series.inputs.map(({ name }) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name));
    return [header, ...list(series.window, row)].map((cells) => cells.join(",")).join("\n");
  }
  if (input.kind === "vector") return JSON.stringify(list(input.width, number));
  if (input.kind === "vectors") return JSON.stringify(list(Math.min(5, maxSourceLength), () => list(input.width, number)));
  if (input.kind !== "frames") return undefined;
  const pixel = () => Number(Math.random().toFixed(1));
  const frame = () => list(input.channels, () => list(input.height, () => list(input.width, pixel)));
  return JSON.stringify(list(Math.min(3, maxSourceLength), frame));
}

// Whoever tries a model wants to know what is wrong in full.
element.strings = { refused: "{error}" };

function showTask(manifest) {
  const { input, output } = manifest.model;
  const isDrawing = input.kind === "none" && output.kind === "strokes";
  element.label = isDrawing ? "" : manifest.series ? ROWS : LABELS[input.kind];
  document.querySelector('[data-for="tokens"]').hidden = output.kind !== "tokens" && output.kind !== "strokes";
  // What goes on with a text draws its answer, and beams compare answers.
  document.querySelector('[data-for="beams"]').hidden = output.kind !== "tokens" || input.kind === "none";
  byId("teach").hidden = manifest.trainable === undefined || input.kind !== "tokens" || output.kind !== "tokens";
  byId("example").hidden = madeUp(manifest) === undefined;
}

byId("example")
  .querySelector("button")
  .addEventListener("click", () => {
    element.predict(madeUp(element.model.manifest)).catch(() => undefined);
  });

/* What runs here */

const tell = (fact, text) => (document.querySelector(`[data-fact="${fact}"]`).textContent = text);
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

element.addEventListener("s2s-progress", ({ detail: { phase, loaded, total } }) => {
  if (phase === "start") tell("loaded", "starting");
  else tell("loaded", total ? `${megabytes(loaded)} of ${megabytes(total)} MB` : `${megabytes(loaded)} MB`);
});

element.addEventListener("s2s-load", ({ detail: { model, duration } }) => {
  const { manifest, precision, device, thread } = model;
  tell("model", `${manifest.task}, made by ${manifest.training.createdBy}`);
  tell("precision", precision);
  tell("device", `${device.name}: ${device.reason}`);
  tell("thread", `${thread.kind}: ${thread.reason}`);
  tell("loaded", seconds(duration));
  showTask(manifest);
});

element.addEventListener("s2s-result", ({ detail: { generation, duration } }) => {
  if (generation === undefined) return tell("answer", seconds(duration));
  const { score, tokens, truncated } = generation;
  const end = truncated ? ", cut off" : "";
  tell("answer", `${seconds(duration)} for ${tokens.length} tokens, log-probability ${Number(score.toPrecision(3))}${end}`);
});

element.addEventListener("s2s-error", ({ detail: { error, phase } }) => tell(phase === "load" ? "loaded" : "answer", error.message));

/* The snippet to paste */

const address = (path) => new URL(path, document.baseURI).href;
const task = element.getAttribute("task");
byId("snippet").textContent = [
  `<script type="module" src="${address("s2s.js")}"></script>`,
  `<s2s-model src="${address(element.getAttribute("src"))}"${task ? ` task="${task}"` : ""}></s2s-model>`,
].join("\n");

byId("copy").addEventListener("click", async ({ target }) => {
  await navigator.clipboard.writeText(byId("snippet").textContent);
  target.textContent = "Copied";
});

/* Visits without a network */

if ("serviceWorker" in navigator) void keepOffline();
// Without one (http on another host than localhost) the element itself keeps the model.
else element.cache = "";

async function keepOffline() {
  const policy = globalThis.trustedTypes?.createPolicy("s2s-demo", { createScriptURL: (url) => url });
  const hadOne = navigator.serviceWorker.controller !== null;
  const registration = await navigator.serviceWorker.register(policy?.createScriptURL("sw.js") ?? "sw.js");
  const offer = () => {
    if (registration.waiting && hadOne) byId("update").hidden = false;
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  byId("update")
    .querySelector("button")
    .addEventListener("click", () => registration.waiting?.postMessage("take over"));
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (hadOne) location.reload();
  });
}
