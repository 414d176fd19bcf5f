// The script of a page without a bundler.
export { S2sModelElement } from "../element/index.ts";
export * from "../page.ts";
