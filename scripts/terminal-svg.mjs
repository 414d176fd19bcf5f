// Records commands in a pseudo-terminal and writes what it showed as an animated SVG, for the README:
//
//   node scripts/terminal-svg.mjs docs/images/train.svg --speed 4 "s2s train ..." "s2s translate ..."
//
// Needs Linux's script(1) for the pseudo-terminal. Time is compressed by --speed; who prefers no motion sees the last frame.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import xterm from "@xterm/headless";

const COLUMNS = 92;
const FRAME_SECONDS = 0.15;
const HOLD_SECONDS = 6;
const CELL = { width: 8.4, height: 19, margin: 14 };
/** Index of the palette to colour, for a dark background. */
const PALETTE = { 1: "#ff7b72", 2: "#7ee787", 3: "#e3b341", 4: "#79c0ff", 5: "#d2a8ff", 6: "#76e3ea" };

const { values, positionals } = parseArgs({ options: { speed: { type: "string", default: "1" } }, allowPositionals: true });
const [out, ...commands] = positionals;
if (out === undefined || commands.length === 0) {
  console.error('usage: node scripts/terminal-svg.mjs OUT.svg [--speed N] "COMMAND" ...');
  process.exit(2);
}

/** @typedef {{ text: string, color?: string, bold: boolean, dim: boolean }} Run */
/** A row's content as runs of equal style. @returns {Run[]} */
function readRow(/** @type {import("@xterm/headless").IBufferLine} */ line) {
  /** @type {Run[]} */
  const runs = [];
  for (let x = 0; x < COLUMNS; x++) {
    const cell = line.getCell(x);
    if (cell === undefined) break;
    const style = { color: cell.isFgPalette() ? PALETTE[cell.getFgColor()] : undefined, bold: cell.isBold() > 0, dim: cell.isDim() > 0 };
    const last = runs.at(-1);
    const text = cell.getChars() || " ";
    if (last && last.color === style.color && last.bold === style.bold && last.dim === style.dim) last.text += text;
    else runs.push({ text, ...style });
  }
  while (runs.length > 0 && runs.at(-1)?.text.trim() === "") runs.pop();
  const last = runs.at(-1);
  if (last) last.text = last.text.trimEnd();
  return runs;
}

/** Runs the commands in a terminal; returns how long it took and what each row showed when. */
async function record() {
  const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const shell = [
    `stty cols ${COLUMNS} rows 500`,
    `s2s() { '${process.execPath}' '${root}/packages/cli/bin/s2s.mjs' "$@"; }`,
    ...commands.map((command) => `printf '\\033[1m$ %s\\033[0m\\n' ${quote(command)}; ${command}`),
  ];
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: 500, allowProposedApi: true, convertEol: false });
  const child = spawn("script", ["-qefc", `bash -c ${quote(shell.join("\n"))}`, "/dev/null"], { stdio: ["ignore", "pipe", "inherit"] });
  const begin = performance.now();
  /** @type {{ row: number, from: number, content: string }[]} */
  const changes = [];
  /** @type {string[]} */
  const shown = [];
  const look = () => {
    const now = (performance.now() - begin) / 1000 / Number(values.speed);
    for (let row = 0; row <= terminal.buffer.active.cursorY; row++) {
      const line = terminal.buffer.active.getLine(row);
      const content = line ? JSON.stringify(readRow(line)) : "[]";
      if (content !== (shown[row] ?? "[]")) changes.push({ row, from: now, content });
      shown[row] = content;
    }
  };
  const timer = setInterval(look, FRAME_SECONDS * 1000 * Number(values.speed));
  child.stdout.on("data", (bytes) => terminal.write(bytes));
  await new Promise((resolve) => child.on("close", resolve));
  await new Promise((resolve) => terminal.write("", () => resolve(undefined)));
  clearInterval(timer);
  look();
  const seconds = (performance.now() - begin) / 1000 / Number(values.speed);
  return { changes, rows: shown.length, seconds: seconds + HOLD_SECONDS };
}

function quote(/** @type {string} */ text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function escapeXml(/** @type {string} */ text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** One state of a row, shown from `from` to `to` of all seconds. @param {{ row: number, from: number, content: string }} change */
function drawState({ row, from, content }, /** @type {number} */ to, /** @type {number} */ seconds, /** @type {number} */ index) {
  /** @type {Run[]} */
  const runs = JSON.parse(content);
  if (runs.length === 0) return { element: "", style: "" };
  const spans = runs.map(({ text, color, bold, dim }) => {
    const style = `${color ? ` fill="${color}"` : ""}${bold ? ' font-weight="bold"' : ""}${dim ? ' opacity="0.6"' : ""}`;
    return style ? `<tspan${style}>${escapeXml(text)}</tspan>` : escapeXml(text);
  });
  const y = CELL.margin + (row + 0.75) * CELL.height;
  const lasts = to >= seconds;
  const at = (/** @type {number} */ time) => `${((100 * time) / seconds).toFixed(2)}%`;
  const steps = `0%{visibility:hidden}${at(from)}{visibility:visible}${lasts ? "" : `${at(to)}{visibility:hidden}`}`;
  return {
    element: `<text id="s${index}" x="${CELL.margin}" y="${y.toFixed(1)}"${lasts ? "" : ' visibility="hidden"'} xml:space="preserve">${spans.join("")}</text>`,
    style: `@keyframes k${index}{${steps}}#s${index}{animation:k${index} ${seconds.toFixed(1)}s step-end infinite}`,
  };
}

const { changes, rows, seconds } = await record();
const drawn = changes
  .map((change, i) => drawState(change, changes.slice(i + 1).find(({ row }) => row === change.row)?.from ?? seconds, seconds, i))
  .filter(({ element }) => element !== "");
const width = Math.ceil(COLUMNS * CELL.width + 2 * CELL.margin);
const height = Math.ceil(rows * CELL.height + 2 * CELL.margin);
mkdirSync(path.dirname(out), { recursive: true });
writeFileSync(
  out,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(commands.join("; "))}</title>
<style>text{font:14px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3}
@media (prefers-reduced-motion:no-preference){${drawn.map(({ style }) => style).join("\n")}}</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${drawn.map(({ element }) => element).join("\n")}
</svg>
`,
);
console.log(`${out}: ${rows} rows, ${seconds.toFixed(1)} s, ${drawn.length} states`);
