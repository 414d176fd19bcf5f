#!/usr/bin/env node
// Committed as it is, so that it can be linked before anything is built; everything else lives in dist.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
const main = new URL("../dist/main.js", import.meta.url);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`s2s: needs Node.js 20.19 or later, and this is ${process.version}: install a newer one from https://nodejs.org`);
  process.exitCode = 2;
} else if (!existsSync(main)) {
  console.error(`s2s: ${fileURLToPath(main)} is not built yet: run \`npm run build\` in the repository's root`);
  process.exitCode = 2;
} else {
  const { main: run } = await import(main.href);
  await run(process.argv);
}
