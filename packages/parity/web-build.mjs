// Makes the scripts with which a page is held against the reference: dist/web.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildScripts } from "../runtime/web-build.mjs";

const root = path.dirname(fileURLToPath(import.meta.url));

export const buildParityPage = () =>
  buildScripts({
    root,
    entries: { parity: "src/device/page.ts", "parity.worker": "src/device/page-worker.ts" },
    folder: path.join(root, "dist", "web"),
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildParityPage();
