import type { LoadProgress } from "../engine/service.ts";
import { UserError } from "../errors.ts";
import type { Model, PredictOptions } from "../model.ts";
import type { ModelInput } from "../predict/model-input.ts";
import type { Prediction } from "../predict/prediction.ts";
import { untilAborted } from "../until-aborted.ts";
import { answer } from "./answer.ts";
import { emit, type ErrorDetail } from "./events.ts";
import { ModelHolder, type Wish } from "./model-holder.ts";
import type { SharedModels } from "./shared-models.ts";
import type { Strings } from "./strings.ts";
import type { TaskSwitch } from "./task-switch.ts";
import type { Asked } from "./task-view.ts";
import type { View } from "./view.ts";

/** What the controller asks of its element. */
export interface Host {
  readonly element: HTMLElement;
  /** @throws UserError where the attributes name no model */
  wish(): Wish;
  words(): Strings;
  /** Options of every answer. */
  options(): PredictOptions;
  /** The answer that a form would send, and whether another one is on its way. */
  settle(value: string, busy: boolean): void;
  showState(name: "loading" | "ready" | "answering" | "failed" | "main-thread", on: boolean): void;
}

/** Loads an element's model, answers with it, and tells view, element and page how far that is. */
export class Controller {
  readonly #host: Host;
  readonly #view: View;
  readonly #holder: ModelHolder;
  #model: Model | undefined;
  #answering: AbortController | undefined;
  #failed = false;
  /** When the model was asked for. */
  #started = 0;

  constructor(host: Host, view: View, tasks: TaskSwitch, models: SharedModels) {
    this.#host = host;
    this.#view = view;
    this.#holder = new ModelHolder(models, {
      onProgress: (progress) => this.#progress(progress),
      prepare: ({ manifest }) => tasks.show(manifest.task, manifest),
      onReady: (model) => {
        this.#model = model;
        this.update();
        emit(host.element, "s2s-load", { model, duration: performance.now() - this.#started });
      },
      onFail: (error) => this.fail(error, "load"),
    });
  }

  get model(): Model | undefined {
    return this.#model;
  }

  /** Whether a model is there or on its way. */
  get holding(): boolean {
    return this.#holder.holding;
  }

  /** Whether the model that is held, loaded or on its way, is the one that the attributes name. */
  isCurrent(): boolean {
    try {
      return this.#holder.holds(this.#host.wish());
    } catch {
      return false;
    }
  }

  /** @throws what the page is told by `s2s-error` as well */
  async load(): Promise<Model> {
    let wish: Wish;
    try {
      wish = this.#host.wish();
    } catch (error) {
      this.fail(error as Error, "load");
      throw error;
    }
    if (!this.#holder.holds(wish)) {
      this.#model = undefined;
      this.#started = performance.now();
      this.#clearError();
    }
    const model = this.#holder.hold(wish);
    this.update();
    return model;
  }

  /** @param input undefined: what stands in the element. @param text what stands in its text field. @param given options of this answer alone */
  async ask(input: ModelInput | undefined, text: string, given: PredictOptions): Promise<Prediction> {
    this.stop();
    const sent = performance.now();
    const own = new AbortController();
    const signal = given.signal ? AbortSignal.any([own.signal, given.signal]) : own.signal;
    this.#answering = own;
    this.#clearError();
    this.#host.settle("", true);
    this.update();
    try {
      const model = await untilAborted(this.load(), signal);
      const [asked, prediction] = await untilAborted(
        this.#answer(model, () => this.#read(input, text, given), signal),
        signal,
      );
      const generation = "text" in prediction ? prediction : undefined;
      const shown = this.#view.task?.show?.(prediction, asked.input) ?? { answer: generation?.text ?? "", value: generation?.text ?? "" };
      this.#view.showAnswer(shown.answer, shown.result);
      this.#finish(shown.value, [generation?.truncated && this.#host.words().truncated, asked.note].filter(Boolean).join(" "));
      emit(this.#host.element, "s2s-result", { source: asked.input, prediction, generation, duration: performance.now() - sent });
      this.#host.element.dispatchEvent(new Event("change", { bubbles: true }));
      return prediction;
    } catch (error) {
      // Unless a newer answer has taken its place, or it was stopped here.
      if (this.#answering === own) this.#finish("", signal.aborted ? this.#host.words().stopped : "");
      throw error;
    }
  }

  /** Ends the answer under way, if there is one. What came of it stays in sight. */
  stop(): void {
    const answering = this.#answering;
    if (answering === undefined) return;
    this.#finish("", this.#host.words().stopped);
    answering.abort();
  }

  /** Stops, and says nothing any more of what was asked. */
  clear(): void {
    this.stop();
    this.#clearError();
    this.update();
  }

  /** Stops, and gives the model back. */
  release(): void {
    this.stop();
    this.#model = undefined;
    this.#holder.release();
    this.#clearError();
    this.update();
  }

  /** Shows how things are, in the words of now. */
  update(): void {
    const { loading, answering } = this.#host.words();
    const isLoading = this.#holder.holding && this.#model === undefined;
    const isAnswering = this.#answering !== undefined;
    this.#view.setBusy(isAnswering);
    this.#view.showStatus(isLoading ? loading : isAnswering ? answering : "");
    if (!isLoading) this.#view.showProgress(undefined);
    this.#host.showState("loading", isLoading);
    this.#host.showState("ready", this.#model !== undefined);
    this.#host.showState("answering", isAnswering);
    this.#host.showState("failed", this.#failed);
    this.#host.showState("main-thread", this.#model?.thread.kind === "main");
  }

  async #answer(model: Model, read: () => Asked, signal: AbortSignal): Promise<readonly [Asked, Prediction]> {
    let soFar = "";
    this.#view.showAnswer("");
    try {
      const asked = read();
      const prediction = await answer(model, asked.input, { ...asked.options, signal }, (piece) => {
        if (signal.aborted) return;
        soFar += piece.text;
        this.#view.appendAnswer(piece.text);
        emit(this.#host.element, "s2s-token", { text: piece.text, tokens: piece.tokens, answer: soFar });
      });
      return [asked, prediction];
    } catch (error) {
      if (!signal.aborted) this.fail(error as Error, "generate");
      throw error;
    }
  }

  #read(input: ModelInput | undefined, text: string, given: PredictOptions): Asked {
    const { task } = this.#view;
    const usual = this.#host.options();
    if (input === undefined && task) return task.read(text, usual, given);
    if (input !== undefined) task?.take(input);
    return { input: input ?? text, options: { ...usual, ...given } };
  }

  #finish(value: string, note: string): void {
    this.#answering = undefined;
    this.#host.settle(value, false);
    this.update();
    this.#view.showStatus(note);
  }

  #progress(progress: LoadProgress): void {
    const { phase, loaded, total } = progress;
    this.#view.showProgress(phase === "download" && total ? Math.min(1, loaded / total) : null);
    emit(this.#host.element, "s2s-progress", progress);
  }

  /** Tells the page in the developer's words and, unless the page does so itself, the visitor in plain ones. */
  fail(error: Error, phase: ErrorDetail["phase"]): void {
    this.#failed = true;
    this.update();
    if (!emit(this.#host.element, "s2s-error", { error, phase })) return;
    const words = this.#host.words();
    const ofLoading = navigator.onLine ? words.loadFailed : words.offline;
    const refused = (this.#view.task ? words.unreadable : words.refused).replace("{error}", () => error.message);
    const ofAnswering = error instanceof UserError ? refused : words.failed;
    this.#view.showError(phase === "load" ? ofLoading : ofAnswering);
    console.error(error);
  }

  #clearError(): void {
    this.#failed = false;
    this.#view.showError("");
  }
}
