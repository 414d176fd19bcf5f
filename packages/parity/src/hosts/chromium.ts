import { access, mkdtemp, rm } from "node:fs/promises";
import { constants } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** By which an environment names the browser. */
const VARIABLES = ["S2S_CHROMIUM", "CHROME_PATH"];
const COMMANDS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];
const MACOS = ["Google Chrome", "Chromium", "Microsoft Edge"].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
const WINDOWS = [
  String.raw`Google\Chrome\Application\chrome.exe`,
  String.raw`Chromium\Application\chrome.exe`,
  String.raw`Microsoft\Edge\Application\msedge.exe`,
];

/** The browser of this machine, or what to do so that there is one. */
export async function findChromium(env: NodeJS.ProcessEnv = process.env): Promise<{ readonly path: string } | { readonly absent: string }> {
  for (const variable of VARIABLES) {
    const path = env[variable];
    if (path === undefined || path === "") continue;
    return (await runs(path)) ? { path } : { absent: `${variable} names ${path}, which is no program` };
  }
  for (const path of candidates(env)) if (await runs(path)) return { path };
  return { absent: "there is no Chromium on this machine: install Chromium or Chrome, or name one with CHROME_PATH" };
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  if (process.platform === "win32") {
    const roots = [env["PROGRAMFILES"], env["PROGRAMFILES(X86)"], env["LOCALAPPDATA"]];
    return roots.flatMap((root) => (root ? WINDOWS.map((path) => join(root, path)) : []));
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command)));
  return process.platform === "darwin" ? [...MACOS, ...found] : found;
}

const runs = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** What to draw WebGPU on: nothing, the machine's GPU, or the browser's own software. */
export type Gpu = "none" | "machine" | "software";

const GPU_FLAGS: Readonly<Record<Gpu, readonly string[]>> = {
  none: ["--disable-gpu"],
  machine: ["--enable-unsafe-webgpu", ...(process.platform === "linux" ? ["--enable-features=Vulkan"] : [])],
  software: ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
};

/** Gives flags for a browser without a window that shows a page, and a profile of its own, which is removed afterwards. */
export async function withProfile<T>(address: string, gpu: Gpu, work: (flags: readonly string[]) => Promise<T>): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), "s2s-chromium-"));
  // Root cannot have the sandbox; everybody else keeps it.
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const quiet = ["--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update"];
  // Containers have a small /dev/shm, and a browser that fills it dies.
  const small = ["--disable-dev-shm-usage", "--disable-quic", "--disable-sync", "--disable-extensions", "--mute-audio"];
  try {
    return await work([...root, "--headless", ...quiet, ...small, ...GPU_FLAGS[gpu], `--user-data-dir=${profile}`, address]);
  } finally {
    // The browser's last processes may still be writing while they end.
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
