import type { Generation } from "../engine/service.ts";
import { load } from "../load.ts";
import type { TaskName } from "../manifest.ts";
import type { GenerateOptions, Model, PredictOptions } from "../model.ts";
import type { ModelInput } from "../predict/model-input.ts";
import type { PredictionOf } from "../predict/prediction.ts";
import { adoptEarlyProperties, isModelAttribute, OBSERVED, readOptions, readWish, reflectAttributes } from "./attributes.ts";
import type { ReflectedProperties } from "./attributes.ts";
import { Controller } from "./controller.ts";
import type { TypedEvents } from "./events.ts";
import { FormControl } from "./form-control.ts";
import { SharedModels } from "./shared-models.ts";
import { setLanguage, stringsFor, whenWordsCome, type Strings } from "./strings.ts";
import { TaskSwitch } from "./task-switch.ts";
import { View } from "./view.ts";
import { whenVisible } from "./visibility.ts";

/** Milliseconds after the last keystroke until `auto` answers. */
const PAUSE = 300;
const models = new SharedModels(load);

/** What `reflectAttributes` adds, and the events' types. */
const ReflectingControl = FormControl as unknown as { new (): FormControl & ReflectedProperties & TypedEvents };

/**
 * `<s2s-model src="bundle/">`: what the model reads goes in, its answer comes out, all in the visitor's browser. In a form its value is the
 * answer. docs/embedding.md lists the attributes, properties, events and parts.
 */
export class S2sModelElement extends ReflectingControl {
  static readonly observedAttributes = OBSERVED;
  static readonly setLanguage = setLanguage;
  /** Options of every answer; attributes win over them. */
  options: PredictOptions = {};
  readonly #view: View;
  readonly #controller: Controller;
  readonly #tasks: TaskSwitch;
  #strings: Partial<Strings> = {};
  #value = "";
  #busy = false;
  #changed = false;
  /** Whether text or value are no longer those of the attributes. */
  #edited = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatch = (): void => {};
  #unhear = (): void => {};

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    this.#view = new View(root, { send: () => this.#send(), stop: () => this.stop(), edit: () => this.#edit() });
    const words = (): Strings => this.#words();
    const options = (): PredictOptions => this.#usual();
    this.#tasks = new TaskSwitch(
      {
        setText: (text) => (this.text = text),
        words,
        options,
        load: async () => (await this.load()).manifest,
        send: () => this.#send(),
        edit: () => this.#edit(),
        fail: (error) => this.#controller.fail(error, "generate"),
        showWords: () => this.#showWords(),
      },
      this.#view,
    );
    const host = {
      element: this,
      wish: () => readWish(this),
      words,
      options,
      settle: (value: string, busy: boolean) => this.#settle(value, busy),
      showState: (name: string, on: boolean) => this.toggleState(name, on),
    };
    this.#controller = new Controller(host, this.#view, this.#tasks, models);
    this.addEventListener("focusin", () => {
      // Labels may have come into the document after the element.
      this.#showWords();
      this.#begin();
    });
  }

  /** What stands in the input. */
  get text(): string {
    return this.#view.input.value;
  }
  set text(text: string) {
    this.#edited = true;
    this.#view.input.value = text;
    this.#save();
  }

  /** The answer, which a form sends; "" while there is none. */
  get value(): string {
    return this.#value;
  }
  set value(value: string) {
    this.#edited = true;
    this.#show(value);
  }

  /** Words of this element alone; `setLanguage` gives those of all. */
  get strings(): Partial<Strings> {
    return this.#strings;
  }
  set strings(strings: Partial<Strings>) {
    this.#strings = { ...strings };
    this.#showWords();
  }

  /** The loaded model; undefined before. */
  get model(): Model | undefined {
    return this.#controller.model;
  }

  /** Loads the model, or waits for it. @throws what `s2s-error` tells, or outside of a document: leaving it gives the model back */
  async load(): Promise<Model> {
    if (!this.isConnected) throw new Error("<s2s-model> can load its model only while it is in a document");
    return this.#controller.load();
  }

  /**
   * Answers a text, which is put into the input, and shows the answer as it comes. An earlier answer under way is stopped.
   * @throws an AbortError when it is stopped, else what `s2s-error` tells
   */
  async generate(text: string = this.text, options: GenerateOptions = {}): Promise<Generation> {
    return this.predict<"generate">(text, options);
  }

  /**
   * Answers any input of the model's task (see `ModelInput`), or what stands in the element, and shows both. An earlier answer under way is stopped.
   * @throws as `generate`
   */
  async predict<T extends TaskName>(input?: ModelInput, options: PredictOptions = {}): Promise<PredictionOf<T>> {
    if (!this.isConnected) throw new Error("<s2s-model> can answer only while it is in a document");
    clearTimeout(this.#timer);
    const isText = typeof input === "string";
    if (isText && input !== this.text) this.text = input;
    // The text of now: the visitor may write on while the model loads.
    return this.#controller.ask(isText ? undefined : input, this.text, options) as Promise<PredictionOf<T>>;
  }

  /** Ends the answer under way, if there is one. What came of it stays in sight, but is no value. */
  stop(): void {
    this.#controller.stop();
  }

  connectedCallback(): void {
    adoptEarlyProperties(this, ["text", "value", "strings"]);
    this.#showWords();
    this.#unhear = whenWordsCome(() => this.#showWords());
    this.#expect();
    this.#watch();
  }

  disconnectedCallback(): void {
    this.#unhear();
    this.#unwatch();
    clearTimeout(this.#timer);
    // An element that is only moved is back by then.
    queueMicrotask(() => {
      if (!this.isConnected) this.#controller.release();
    });
  }

  attributeChangedCallback(name: string): void {
    if (name === "text" || name === "value") {
      if (!this.#edited) this.#restoreDefaults();
    } else if (name === "loading") {
      if (this.isConnected) this.#watch();
    } else if (name === "required") {
      this.#save();
    } else if (isModelAttribute(name)) {
      this.#modelChanged();
    } else {
      this.#showWords();
    }
  }

  formDisabledCallback(disabled: boolean): void {
    this.#view.setDisabled(disabled);
    if (disabled) this.stop();
  }

  formResetCallback(): void {
    this.stop();
    this.#edited = false;
    this.#view.task?.reset(this.#usual());
    this.#restoreDefaults();
  }

  formStateRestoreCallback(state: string): void {
    const { text, value } = JSON.parse(state) as { text: string; value: string };
    this.text = text;
    this.value = value;
  }

  /** A visitor has come near: what is needed to answer is fetched. */
  #begin(): void {
    if (this.disabled || this.src === "") return;
    if (!this.#controller.holding) this.load().catch(() => undefined);
    if (this.auto && this.text !== "" && this.value === "" && !this.#busy) this.#send();
  }

  /** Has the view of the task that the page says its model has, so that it need not change when the model comes. */
  #expect(): void {
    // Where it cannot be fetched now, loading the model will try again, and tell.
    if (this.task !== "" && !this.#controller.holding) this.#tasks.show(this.task).catch(() => undefined);
  }

  #watch(): void {
    this.#unwatch();
    this.#unwatch = (): void => {};
    if (this.loading === "eager") queueMicrotask(() => this.isConnected && this.#begin());
    else if (this.loading === "visible") this.#unwatch = whenVisible(this, () => this.#begin());
  }

  /** Once for all attributes that are set in a row. */
  #modelChanged(): void {
    if (this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      // A call may have taken the new model already.
      if (!this.isConnected || this.#controller.isCurrent()) return;
      const { holding } = this.#controller;
      this.#controller.release();
      this.#expect();
      if (holding) this.#settle("", false);
      if (holding || this.loading === "eager") this.#begin();
    });
  }

  #send(): void {
    // Whoever wants to know of a failure listens to s2s-error.
    if (this.#view.isEmpty) this.#show("");
    else this.predict().catch(() => undefined);
  }

  #edit(): void {
    this.#edited = true;
    this.#save();
    clearTimeout(this.#timer);
    if (this.auto) this.#timer = setTimeout(() => this.#send(), PAUSE);
  }

  #restoreDefaults(): void {
    this.#view.input.value = this.getAttribute("text") ?? "";
    this.#show(this.getAttribute("value") ?? "");
  }

  #show(value: string): void {
    this.#controller.clear();
    this.#view.showAnswer(value);
    this.#settle(value, false);
  }

  #settle(value: string, busy: boolean): void {
    this.#value = value;
    this.#busy = busy;
    this.#save();
  }

  /** Tells the form what it would send, what to bring back when the visitor comes back, and whether it may be sent. */
  #save(): void {
    const { text, value } = this;
    // What is more than a text cannot be shown again from what a form sends.
    this.internals.setFormValue(value, JSON.stringify({ text, value: this.#view.task?.show ? "" : value }));
    const { unfinished, required } = this.#words();
    if (this.#busy) this.validate({ customError: true }, unfinished, this.#view.main);
    else if (this.required && value === "") this.validate({ valueMissing: true }, required, this.#view.main);
    else this.validate();
  }

  /** Options of every answer. */
  #usual(): PredictOptions {
    return { ...this.options, ...readOptions(this) };
  }

  #words(): Strings {
    const { sendLabel, stopLabel } = this;
    const language = this.closest("[lang]")?.getAttribute("lang") ?? "";
    const own = { ...this.#strings, ...(sendLabel && { send: sendLabel }), ...(stopLabel && { stop: stopLabel }) };
    return stringsFor(language, own, this.#tasks.task);
  }

  #showWords(): void {
    const { label, placeholder } = this;
    const labels = Array.from(this.internals.labels, (each) => each.textContent?.trim());
    const name = this.getAttribute("aria-label") ?? labels.join(" ");
    this.#view.setWords(this.#words(), { label, name, placeholder });
    this.#view.setLanguages(this.sourceLang, this.targetLang);
    this.#controller.update();
  }
}

reflectAttributes(S2sModelElement.prototype);
