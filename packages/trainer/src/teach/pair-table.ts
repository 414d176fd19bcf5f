import type { Example, PairReport } from "../step/pair-encoder.ts";

interface Row {
  readonly element: HTMLElement;
  readonly source: HTMLInputElement;
  readonly target: HTMLInputElement;
  readonly before: HTMLElement;
  readonly now: HTMLElement;
  readonly sourceNote: HTMLElement;
  readonly note: HTMLElement;
}

/** The pairs that a visitor teaches, each with what the model made of it before and makes of it now. */
export class PairTable {
  readonly #body: HTMLElement;
  readonly #template: HTMLTemplateElement;
  readonly #onChange: () => void;
  readonly #rows: Row[] = [];
  #made = 0;

  constructor(body: HTMLElement, template: HTMLTemplateElement, onChange: () => void) {
    this.#body = body;
    this.#template = template;
    this.#onChange = onChange;
  }

  /** Appends a row. */
  add(): void {
    const element = (this.#template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    const part = <E extends HTMLElement>(name: string): E => element.querySelector(`[data-part="${name}"]`) as E;
    const row: Row = {
      element,
      source: part("source"),
      target: part("target"),
      before: part("before"),
      now: part("now"),
      sourceNote: part("source-note"),
      note: part("note"),
    };
    this.#made += 1;
    row.sourceNote.id = `source-note-${this.#made}`;
    row.note.id = `note-${this.#made}`;
    row.source.setAttribute("aria-describedby", `${row.sourceNote.id} ${row.note.id}`);
    row.target.setAttribute("aria-describedby", row.note.id);
    for (const input of [row.source, row.target]) input.addEventListener("input", this.#onChange);
    part("remove").addEventListener("click", () => this.#remove(row));
    this.#body.append(element);
    this.#rows.push(row);
  }

  /** Puts the keyboard into the last row. */
  focusLast(): void {
    this.#rows.at(-1)?.source.focus();
  }

  /** The pairs of which both sides are filled in. */
  get pairs(): Example[] {
    return this.#filled().map(({ source, target }) => [source.value, target.value]);
  }

  /** Shows what the model answers to the pairs' sources, in their order. */
  showAnswers(before: readonly string[], now: readonly string[]): void {
    for (const [i, row] of this.#filled().entries()) {
      row.before.textContent = before[i] ?? "";
      this.#showNow(row, now[i] ?? "");
    }
  }

  /** Shows the new answers alone. */
  showNow(now: readonly string[]): void {
    for (const [i, row] of this.#filled().entries()) this.#showNow(row, now[i] ?? "");
  }

  /** Says under a text what the model does not know of it, and under its answer why the pair cannot be learned. */
  showReports(reports: readonly PairReport[]): void {
    for (const [i, { sourceNote, note, target }] of this.#filled().entries()) {
      const { problem, unknownSource = [] } = reports[i] ?? {};
      sourceNote.textContent =
        unknownSource.length > 0 ? `The model does not know ${unknownSource.map((token) => JSON.stringify(token)).join(", ")}.` : "";
      note.textContent = problem === undefined ? "" : `${problem[0]?.toUpperCase()}${problem.slice(1)}.`;
      note.classList.toggle("problem", problem !== undefined);
      target.setAttribute("aria-invalid", String(problem !== undefined));
    }
  }

  set disabled(disabled: boolean) {
    for (const control of this.#body.querySelectorAll<HTMLInputElement | HTMLButtonElement>("input, button")) control.disabled = disabled;
  }

  #filled(): Row[] {
    return this.#rows.filter(({ source, target }) => source.value !== "" && target.value !== "");
  }

  #showNow({ now, target }: Row, answer: string): void {
    now.textContent = answer;
    now.classList.toggle("right", answer === target.value.normalize("NFC"));
  }

  #remove(row: Row): void {
    const place = this.#rows.indexOf(row);
    this.#rows.splice(place, 1);
    row.element.remove();
    if (this.#rows.length === 0) this.add();
    (this.#rows[Math.min(place, this.#rows.length - 1)] as Row).source.focus();
    this.#onChange();
  }
}
