import type { Manifest } from "../manifest.ts";
import type { ModelInput, PredictOptions } from "../page.ts";
import type { Prediction } from "../predict/prediction.ts";
import type { Strings } from "./strings.ts";

/** What a model is asked, as it stands in the element. */
export interface Asked {
  readonly input: ModelInput;
  readonly options: PredictOptions;
  /** What the visitor is told beside the answer. */
  readonly note?: string;
}

/** An answer as it is shown, and as a form sends it. */
export interface Shown {
  readonly value: string;
  /** In the place of the answer, where screen readers hear it. */
  readonly answer: Node | string;
  /** Below the answer: what takes longer to look at. */
  readonly result?: Node;
}

/** What the element asks and shows for a task that is not from a text to a text. The views are loaded where they are needed. */
export interface TaskView {
  /** What it asks and shows; for a model of the same shape it serves on. */
  readonly shape: string;
  readonly styles: CSSStyleSheet;
  /** Stand below the text field or, where there is a `main` one among them, in its place. */
  readonly fields: HTMLFieldSetElement;
  readonly main: HTMLElement | undefined;
  /** Whether what is written takes several lines: Enter then begins the next, and sends with Ctrl. */
  readonly lines: boolean;
  /** Which of the words names the input. */
  readonly name: keyof Strings;
  readonly placeholder: string;
  setWords(words: Strings): void;
  isEmpty(text: string): boolean;
  /**
   * @param usual options that the fields' come before
   * @param given options that come before the fields'
   * @throws UserError where the input cannot be read
   */
  read(text: string, usual: PredictOptions, given: PredictOptions): Asked;
  /** Shows an input that a script gives, where it can. */
  take(input: ModelInput): void;
  /** Options of the element, which fields begin with that nobody has touched. */
  begin(usual: PredictOptions): void;
  /** Forgets what was chosen and touched. @param usual as of `begin` */
  reset(usual: PredictOptions): void;
  /** Missing where the answer is a text. */
  show?(prediction: Prediction, input: ModelInput): Shown;
}

/** What a view asks of its element. */
export interface TaskHost {
  /** That of the model; undefined before it is loaded. */
  manifest(): Manifest | undefined;
  /** Puts a text into the text field. */
  setText(text: string): void;
  words(): Strings;
  /** The manifest, once the model is loaded. @throws what the element has shown */
  load(): Promise<Manifest>;
  send(): void;
  /** The visitor has changed the input. */
  edit(): void;
  /** An input cannot be read. */
  fail(error: Error): void;
}
