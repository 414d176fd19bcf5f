// Makes a fresh clone ready: installs the pinned dependencies with a pinned pnpm, and with --build compiles the packages.
// Needs Node.js and the npm that comes with it, installs nothing globally, asks nothing; what is done already is skipped.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PNPM = "pnpm@10.34.9";
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stampFile = path.join(root, "node_modules", ".s2s-bootstrap");

/** @param {string} message @param {number} [status] @returns {never} */
function fail(message, status = 1) {
  console.error(`bootstrap: ${message}`);
  process.exit(status);
}

/** Runs a command in the root with its output shown. @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function run(command, args, env = {}) {
  // npx is a .cmd file on Windows, which only a shell starts; no argument here needs quoting.
  const shell = process.platform === "win32" && command === "npx";
  return spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...env }, shell });
}

/** Folders of the workspace's packages. */
function packageFolders() {
  const names = readdirSync(path.join(root, "packages"));
  return names.map((name) => path.join(root, "packages", name)).filter((folder) => existsSync(path.join(folder, "package.json")));
}

/** A digest of all that decides what gets installed. */
function installDigest() {
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"].map((name) => path.join(root, name));
  files.push(...packageFolders().map((folder) => path.join(folder, "package.json")));
  const hash = createHash("sha256").update(`${PNPM} ${process.platform} ${process.arch}`);
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

function isInstalled(/** @type {string} */ digest) {
  const folders = [root, ...packageFolders()].map((folder) => path.join(folder, "node_modules"));
  return folders.every((folder) => existsSync(folder)) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === digest;
}

function install() {
  const digest = installDigest();
  if (isInstalled(digest)) return;
  rmSync(stampFile, { force: true });
  console.log("Installing dependencies ...");
  // A node_modules that npm made is replaced without a question; nothing may ask NuGet for CUDA libraries.
  const args = ["--yes", PNPM, "install", "--frozen-lockfile", "--config.confirmModulesPurge=false"];
  const { status, error } = run("npx", args, { ONNXRUNTIME_NODE_INSTALL: "skip" });
  if (error) fail(`cannot start npx (${error.message}): is npm, which comes with Node.js, on the PATH?`);
  if (status !== 0)
    fail(`installing failed (exit code ${status}): the lines above say why; a network or registry problem is the usual cause`);
  writeFileSync(stampFile, digest);
}

/** Removes outputs whose source is gone: tsc leaves them, and they would be packed and imported as if they were still meant. */
function removeStaleOutputs() {
  for (const folder of packageFolders()) {
    const dist = path.join(folder, "dist");
    if (!existsSync(dist)) continue;
    for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
      // The browser's scripts are of esbuild, which replaces them all.
      if (path.relative(dist, entry.parentPath) === "web") continue;
      const output = path.join(entry.parentPath, entry.name);
      const source = path.join(folder, "src", path.relative(dist, output)).replace(/\.d\.ts$|\.js$/, "");
      if (/\.d\.ts$|\.js$/.test(entry.name) && !existsSync(`${source}.ts`) && !existsSync(`${source}.js`)) rmSync(output);
    }
  }
}

function build() {
  removeStaleOutputs();
  const compiler = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = run(process.execPath, [compiler, "-b", "tsconfig.build.json"]);
  if (status !== 0) fail("the build failed: the lines above say where", status ?? 1);
  for (const name of ["runtime", "trainer", "parity"]) {
    const web = run(process.execPath, [path.join(root, "packages", name, "web-build.mjs")]);
    if (web.status !== 0) fail("building the browser's scripts failed: the lines above say where", web.status ?? 1);
  }
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`needs Node.js 20.19 or later, and this is ${process.version}`);
const unknown = process.argv.slice(2).find((argument) => argument !== "--build");
if (unknown) fail(`unknown argument ${unknown}: only --build is known`, 2);

install();
if (process.argv.includes("--build")) build();
