export { run } from "./main.ts";
export { Terminal } from "./terminal.ts";
export type { Output } from "./terminal.ts";
