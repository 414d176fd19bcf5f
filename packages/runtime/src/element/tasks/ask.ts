import type { Manifest } from "../../manifest.ts";
import type { ModelInput } from "../../page.ts";
import type { TaskHost, TaskView } from "../task-view.ts";

/** How a kind of input is asked for. */
export interface Ask extends Pick<TaskView, "main" | "lines" | "name" | "setWords" | "take"> {
  readonly fields: readonly Node[];
  /** Looked at anew as the model comes. */
  placeholder(): string;
  isEmpty(text: string): boolean;
  /** Forgets what was chosen beside the text. */
  reset?(): void;
  /** @throws UserError where it cannot be read */
  read(text: string, manifest: Manifest): ModelInput;
}

export type MakeAsk = (host: TaskHost) => Ask;

/** In the text field: a source, or the beginning of a text, which may be empty. */
export const askText =
  (name: "input" | "prompt"): MakeAsk =>
  () => ({
    main: undefined,
    fields: [],
    lines: false,
    name,
    placeholder: () => "",
    setWords() {},
    isEmpty: (text) => name === "input" && text.trim() === "",
    read: (text) => text,
    take() {},
  });
