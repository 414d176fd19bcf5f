export type Attributes = Readonly<Record<string, string | number>>;

/** An element as text; numbers with at most two decimals, children as they are: text goes through `label`. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${typeof value === "number" ? short(value) : escape(value)}"`);
  const open = `<${name}${written.join("")}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join("")}</${name}>`;
}

/** A text at a point. */
export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escape(text));
}

/** A line through points. */
export function polyline(points: readonly (readonly [number, number])[], attributes: Attributes): string {
  return element("polyline", { points: points.map(([x, y]) => `${short(x)},${short(y)}`).join(" "), fill: "none", ...attributes });
}

/** A picture on white that needs no other file; the title is what is read out for it. */
export function svgDocument(width: number, height: number, title: string, children: readonly string[]): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width: w,
    height: h,
    viewBox: `0 0 ${w} ${h}`,
    role: "img",
    "font-family": FONT,
    "font-size": 12,
  };
  return `${element("svg", { ...attributes, fill: "#222" }, element("title", {}, escape(title)), element("rect", { width: w, height: h, fill: "#fff" }), ...children)}\n`;
}

const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif";

/** About how wide a text is in the document's font: nothing here shapes texts, so it is a little more than most are. */
export function textWidth(text: string): number {
  return 7 * Array.from(text).length;
}

export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escape(text: string): string {
  // oxlint-disable-next-line no-control-regex -- XML 1.0 allows no control characters but these three
  const allowed = text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
  return allowed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
