// The demo page around the element: settings, what runs, the snippet to paste, and visits without a network.
const element = document.querySelector("s2s-model");
const byId = (id) => document.getElementById(id);

/* Settings */

byId("device").addEventListener("change", ({ target }) => (element.device = target.value));
byId("beams").addEventListener("change", ({ target }) => (element.beams = target.value || undefined));
byId("max-length").addEventListener("change", ({ target }) => (element.maxLength = target.value || undefined));

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
  byId("teach").hidden = manifest.trainable === undefined;
});

element.addEventListener("s2s-result", ({ detail: { generation, duration } }) => {
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
