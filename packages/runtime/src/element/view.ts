import { make } from "./make.ts";
import { stringsFor, type Strings } from "./strings.ts";
import { styleSheet } from "./styles.ts";
import type { Shown, TaskView } from "./task-view.ts";

export interface ViewActions {
  /** The button was pressed, or Enter in the input. */
  readonly send: () => void;
  /** The button was pressed while an answer was under way, or Escape. */
  readonly stop: () => void;
  /** The text was edited. */
  readonly edit: () => void;
}

/** What a visitor sees and operates: a text field and an answer, or what the view of a task puts there. It knows neither models nor forms. */
export class View {
  readonly input = make("textarea", { id: "input", part: "input", rows: "2", dir: "auto", enterkeyhint: "send" });
  readonly #label = make("label", { part: "label", for: "input" });
  readonly #button = make("button", { part: "button", type: "button" });
  readonly #progress = make("progress", { part: "progress" });
  /** Moves all the time, so it stands outside of what a screen reader reads out. */
  readonly #amount = make("span", { part: "amount", "aria-hidden": "true" });
  readonly #status = make("span", { part: "status", role: "status" });
  readonly #error = make("p", { part: "error", id: "error", role: "alert" });
  readonly #answer = document.createTextNode("");
  readonly #output = make("output", { part: "output", for: "input", dir: "auto" }, this.#answer);
  readonly #result = make("div", { part: "result" });
  readonly #root: ShadowRoot;
  #task: TaskView | undefined;
  #strings = stringsFor("", {});
  #busy = false;

  constructor(root: ShadowRoot, actions: ViewActions) {
    const controls = make("div", { part: "controls" }, this.#button, this.#progress, this.#amount, this.#status);
    this.#root = root;
    root.append(make("div", { part: "base" }, this.#label, this.input, controls, this.#error, this.#output, this.#result));
    this.setTask(undefined);
    this.input.addEventListener("input", actions.edit);
    this.#button.addEventListener("click", () => (this.#busy ? actions.stop : actions.send)());
    this.input.addEventListener("keydown", (event) => {
      // Enter that ends the composition of a character is not meant for us.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || (this.#task?.lines && !event.ctrlKey)) return;
      event.preventDefault();
      actions.send();
    });
    root.addEventListener("keydown", (event) => {
      if ((event as KeyboardEvent).key !== "Escape" || !this.#busy) return;
      // A dialog around the element stays open.
      event.preventDefault();
      event.stopPropagation();
      actions.stop();
    });
    this.showError("");
    this.showAnswer("");
    this.showProgress(undefined);
  }

  /** Of a task that is not from a text to a text. */
  get task(): TaskView | undefined {
    return this.#task;
  }

  /** What is named, described, and turned to: the text field, or what has taken its place. */
  get main(): HTMLElement {
    return this.#task?.main ?? this.input;
  }

  /** Whether there is nothing to ask. */
  get isEmpty(): boolean {
    return this.#task ? this.#task.isEmpty(this.input.value) : this.input.value.trim() === "";
  }

  setTask(task: TaskView | undefined): void {
    const focused = this.#root.activeElement === this.main;
    this.#task?.fields.remove();
    this.#task = task;
    this.#root.adoptedStyleSheets = task ? [styleSheet(), task.styles] : [styleSheet()];
    this.input.hidden = this.main !== this.input;
    this.main.id ||= "main";
    this.#label.htmlFor = this.main.id;
    if (task) {
      this.input.after(task.fields);
      this.setDisabled(this.input.disabled);
    }
    if (focused) this.main.focus();
  }

  /** `label` is shown above the input; without it the input is only named. */
  setWords(strings: Strings, { label, name, placeholder }: { label: string; name: string; placeholder: string }): void {
    this.#strings = strings;
    this.#label.textContent = label;
    this.#label.hidden = label === "";
    setOrRemove(this.main, "aria-label", label === "" ? name || strings[this.#task?.name ?? "input"] : "");
    this.input.placeholder = placeholder || this.#task?.placeholder || strings.placeholder;
    this.#task?.setWords(strings);
    this.#output.setAttribute("aria-label", strings.output);
    this.#progress.setAttribute("aria-label", strings.loading);
    this.#nameButton();
  }

  setLanguages(source: string, target: string): void {
    setOrRemove(this.input, "lang", source);
    setOrRemove(this.#output, "lang", target);
  }

  setDisabled(disabled: boolean): void {
    this.input.disabled = disabled;
    if (this.#task) this.#task.fields.disabled = disabled;
    this.#button.disabled = disabled;
  }

  /** While an answer is under way the button stops it. */
  setBusy(busy: boolean): void {
    this.#busy = busy;
    this.#output.setAttribute("aria-busy", String(busy));
    this.#nameButton();
  }

  /** How much of the model is loaded, from 0 to 1, or null where that is not known; nothing is shown where it is undefined. */
  showProgress(part: number | null | undefined): void {
    this.#progress.hidden = part === undefined;
    this.#amount.hidden = typeof part !== "number";
    if (typeof part === "number") {
      this.#progress.value = part;
      this.#amount.textContent = new Intl.NumberFormat(undefined, { style: "percent" }).format(part);
    } else {
      this.#progress.removeAttribute("value");
    }
  }

  showStatus(text: string): void {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  showError(text: string): void {
    this.#error.textContent = text;
    this.#error.hidden = text === "";
    setOrRemove(this.main, "aria-invalid", text === "" ? "" : "true");
    setOrRemove(this.main, "aria-describedby", text === "" ? "" : "error");
  }

  showAnswer(answer: Shown["answer"], result?: Node): void {
    if (typeof answer !== "string") this.#output.replaceChildren(answer);
    else {
      if (!this.#answer.isConnected) this.#output.replaceChildren(this.#answer);
      if (this.#answer.data !== answer) this.#answer.data = answer;
    }
    this.#result.replaceChildren(...(result ? [result] : []));
    this.#result.hidden = !result;
  }

  appendAnswer(piece: string): void {
    this.#answer.appendData(piece);
  }

  #nameButton(): void {
    this.#button.textContent = this.#busy ? this.#strings.stop : this.#strings.send;
    this.#button.part.toggle("stop", this.#busy);
  }
}

function setOrRemove(element: Element, name: string, value: string): void {
  if (value === "") element.removeAttribute(name);
  else element.setAttribute(name, value);
}
