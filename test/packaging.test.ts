import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { letterSequences, reversalPairs } from "./support/tasks.ts";

/**
 * Packs the five packages, installs them with npm in an empty folder outside of the workspace, and uses them there as their READMEs say. It needs
 * the registry (or npm's cache of it): without, it is skipped, but never in CI.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NAMES = ["cli", "graph-builder", "parity", "runtime", "trainer"];
// A run under npm or pnpm sets variables that would be taken for settings of the installation.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name)));
const offline = process.env["CI"] === undefined && (await registryIsSilent());

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s packed "));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function registryIsSilent(): Promise<boolean> {
  return fetch("https://registry.npmjs.org/-/ping", { signal: AbortSignal.timeout(5000) }).then(
    ({ ok }) => !ok,
    () => true,
  );
}

function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...env, ONNXRUNTIME_NODE_INSTALL: "skip" },
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  expect({ status }, `${command} ${args.join(" ")}\n${stdout}${stderr}`).toEqual({ status: 0 });
  return stdout;
}

/** The TypeScript in a README. */
async function examples(path: string): Promise<string> {
  const text = await readFile(join(root, path), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).join("\n");
}

test("the tarballs hold what is built, its licence and its README, and depend on each other by version", async () => {
  run(root, "npx", "--yes", "pnpm@10.34.9", "--filter", "./packages/*", "-r", "pack", "--pack-destination", folder);
  for (const name of NAMES) {
    const { version } = JSON.parse(await readFile(join(root, "packages", name, "package.json"), "utf8")) as { version: string };
    const file = `s2s-${name}-${version}.tgz`;
    expect(await readdir(folder)).toContain(file);
    const files = run(folder, "tar", "-tzf", file)
      .trimEnd()
      .split("\n")
      .map((path) => path.replace("package/", ""));
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json", "dist/index.js", "dist/index.d.ts"]));
    const others = files.filter(
      (path) =>
        !/^(LICENSE|README\.md|package\.json|bin\/s2s\.mjs|dist\/[\w/-]+(\.worker|\.tasks|\.views)?(\.js|\.d\.ts)|dist\/web\/[\w.-]+\.js|site\/[\w./-]+)$/.test(
          path,
        ),
    );
    expect(others).toEqual([]);
    expect(files.filter((path) => /test/.test(path))).toEqual([]);
    run(folder, "tar", "-xzf", file, "package/package.json");
    const { dependencies } = JSON.parse(await readFile(join(folder, "package/package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    for (const [dependency, wanted] of Object.entries(dependencies)) {
      if (dependency.startsWith("@s2s/")) expect(wanted).toBe(version);
      else expect(wanted).not.toContain(":");
    }
  }
});

test("installed by npm in an empty folder, they run and their types resolve", { timeout: 300_000 }, async ({ skip }) => {
  skip(offline, "the npm registry is out of reach");
  const user = join(folder, "user");
  await mkdir(user);
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith(".tgz")).map((name) => join(folder, name));
  run(user, "npm", "install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs);

  expect(run(user, "npx", "--no-install", "s2s", "--help")).toMatch(/^Usage: s2s \[options\] \[command\]/);
  await writeFile(join(user, "pairs.tsv"), reversalPairs(letterSequences(60)));
  const tiny = ["--hidden", "8", "--embedding", "8", "--epochs", "1"];
  run(user, "npx", "--no-install", "s2s", "train", "--data", "pairs.tsv", ...tiny, "--out", "tiny");
  expect(run(user, "npx", "--no-install", "s2s", "translate", "tiny", "abc", "--max-length", "4").split("\n")).toHaveLength(2);

  // Each README's example in a folder of its own, compiled as a user's project is: strict, declarations checked, nothing from the workspace.
  const compilerOptions = { module: "nodenext", target: "es2023", lib: ["es2023", "dom"], types: ["node"], strict: true };
  await writeFile(join(user, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts"] }));
  const readmes = {
    library: "README.md",
    builder: "packages/graph-builder/README.md",
    trainer: "packages/trainer/README.md",
    runtime: "packages/runtime/README.md",
    parity: "packages/parity/README.md",
  };
  for (const [name, readme] of Object.entries(readmes)) {
    const code = (await examples(readme))
      .replaceAll('folder: "run"', `folder: "run-${name}"`)
      .replaceAll('checkParity("run"', 'checkParity("tiny"')
      .replaceAll('load("run")', `load("${name === "library" ? "run-library" : "tiny"}")`);
    expect(code, readme).toContain('from "@s2s/');
    await writeFile(join(user, `${name}.mts`), code);
  }
  run(user, process.execPath, join(root, "node_modules/typescript/bin/tsc"), "-p", user);
  expect(run(user, process.execPath, "library.mjs")).toMatch(/^1 [\d.]+\n(\d+ [\d.]+\n){9}.*\n$/);
  expect(run(user, process.execPath, "builder.mjs")).toMatch(/MatMul/);
  expect(run(user, process.execPath, "trainer.mjs")).toMatch(/^10 [\d.]+$/m);
  expect(run(user, process.execPath, "runtime.mjs")).toMatch(/text: .*score: /s);
  expect(run(user, process.execPath, "parity.mjs")).toMatch(/^true node-cpu ok \d\S*\ntrue node-wasm ok \d\S*\n$/);
});
