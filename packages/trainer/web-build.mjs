// Makes the scripts of the page on which a model is taught: dist/web.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildScripts } from "../runtime/web-build.mjs";

const root = path.dirname(fileURLToPath(import.meta.url));

/** Builds the scripts into a folder. */
export const buildTeach = (folder = path.join(root, "dist", "web")) =>
  buildScripts({ root, entries: { teach: "src/teach/page.ts", "teach.worker": "src/teach/worker.ts" }, folder });

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildTeach();
