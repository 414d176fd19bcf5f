import { UserError } from "@s2s/runtime";

/** Pixels for a unit of the SVG: sharp on screens with twice the pixels. */
const ZOOM = 2;

/**
 * An SVG picture as a PNG file; its texts are drawn in the fonts of this machine, whichever has their letters. The package that draws is an
 * optional dependency, since it has binaries and few pictures are wanted as PNG.
 * @param what names the picture in errors. @throws UserError where the package is not installed
 */
export async function rasterize(svg: string, what: string): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js").catch((error: unknown) => {
    const ways = "install it with `npm install @resvg/resvg-js`, or choose a name that ends in .svg";
    throw new UserError(`${what}: PNG needs the package @resvg/resvg-js, which is not there for this machine: ${ways}`, { cause: error });
  });
  return new Resvg(svg, { font: { loadSystemFonts: true }, fitTo: { mode: "zoom", value: ZOOM } }).render().asPng();
}
