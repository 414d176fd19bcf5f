const WIDTH = 600;
const HEIGHT = 180;
/** On the left five letters have room, in the larger type of narrow screens too. */
const MARGIN = { left: 68, right: 12, top: 12, bottom: 24 };
/** More points than pixels show nothing more. */
const MOST_POINTS = 400;

/** A number in at most five letters, since its place is narrow. */
export function shortNumber(value: number): string {
  if (value >= 99_950) return value.toExponential(0);
  return value >= 0.01 || value === 0 ? String(Number(value.toPrecision(value < 0.1 ? 2 : 3))) : value.toExponential(0);
}

/** The loss over the steps as a curve, drawn as attributes of SVG, which no content security policy forbids. */
export class LossChart {
  readonly #root: SVGSVGElement;
  readonly #curve: SVGPolylineElement;
  readonly #labels: Readonly<Record<"top" | "bottom" | "steps", SVGTextElement>>;
  #losses: number[] = [];
  #frame = 0;

  constructor(root: SVGSVGElement) {
    this.#root = root;
    root.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    const [left, bottom, right] = [MARGIN.left, HEIGHT - MARGIN.bottom, WIDTH - MARGIN.right];
    this.#add("path", { class: "axes", d: `M${left} ${MARGIN.top}V${bottom}H${right}` });
    this.#curve = this.#add("polyline", { class: "curve" });
    this.#labels = {
      top: this.#add("text", { x: left - 6, y: MARGIN.top + 8, "text-anchor": "end" }),
      bottom: this.#add("text", { x: left - 6, y: bottom, "text-anchor": "end" }),
      steps: this.#add("text", { x: right, y: HEIGHT - 6, "text-anchor": "end" }),
    };
    this.#draw();
  }

  get losses(): readonly number[] {
    return this.#losses;
  }

  add(losses: readonly number[]): void {
    this.#losses.push(...losses);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  clear(): void {
    this.#losses = [];
    this.#draw();
  }

  #draw(): void {
    this.#frame = 0;
    const losses = this.#losses;
    const highest = Math.max(...losses, 0.1);
    const [width, height] = [WIDTH - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
    const stride = Math.max(1, Math.ceil(losses.length / MOST_POINTS));
    const points: string[] = [];
    for (let i = 0; i < losses.length; i += stride) {
      const group = losses.slice(i, i + stride);
      const mean = group.reduce((a, b) => a + b, 0) / group.length;
      const x = MARGIN.left + (width * i) / Math.max(1, losses.length - 1);
      points.push(`${x.toFixed(1)},${(MARGIN.top + height * (1 - mean / highest)).toFixed(1)}`);
    }
    this.#curve.setAttribute("points", points.join(" "));
    this.#labels.top.textContent = losses.length > 0 ? shortNumber(highest) : "loss";
    this.#labels.bottom.textContent = "0";
    this.#labels.steps.textContent = losses.length > 0 ? `${losses.length} steps` : "steps";
    const [first, last] = [losses[0], losses.at(-1)];
    const said =
      first === undefined || last === undefined
        ? "Loss: nothing learned yet"
        : `Loss: from ${first.toFixed(2)} to ${last.toFixed(3)} in ${losses.length} steps`;
    this.#root.setAttribute("aria-label", said);
  }

  #add<K extends keyof SVGElementTagNameMap>(name: K, attributes: Readonly<Record<string, string | number>>): SVGElementTagNameMap[K] {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    this.#root.append(element);
    return element;
  }
}
