// The script of a page without a bundler. Of page.ts it lacks `pictureInput`, since models take pictures as they are.
export { S2sModelElement } from "../element/index.ts";
export { load, Model, UserError } from "../page.ts";
