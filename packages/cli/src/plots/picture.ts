import { dirname } from "node:path";
import { UserError } from "@s2s/runtime";
import { makeFolder, writeFileAtomically } from "@s2s/trainer";
import { rasterize } from "./rasterize.ts";
import type { Plot } from "./read-plot.ts";

/** Writes a picture in the format that its file's name ends in. @throws UserError where that is none, or cannot be drawn here */
export async function writePicture(plot: Pick<Plot, "svg">, file: string, option: string): Promise<void> {
  requirePicture(file, option);
  const svg = plot.svg();
  const picture = file.endsWith(".png") ? await rasterize(svg, `${option} ${file}`) : Buffer.from(svg);
  await makeFolder(dirname(file));
  await writeFileAtomically(file, [picture]);
}

/** @throws UserError for a file whose name says no format */
export function requirePicture(file: string, option: string): void {
  if (!/\.(?:svg|png)$/.test(file)) throw new UserError(`${option} ${file}: the name must end in .svg or .png`);
}
