import { UserError } from "../../errors.ts";
import type { ModelInput } from "../../page.ts";
import { make } from "../make.ts";
import type { MakeAsk } from "./ask.ts";
import { fileField } from "./file-field.ts";

/** How inputs that are no texts, rows or pictures are written, by the kind of the model's input. */
const EXAMPLES: Readonly<Record<string, string>> = {
  vector: "[0.1, 2, 0.3]",
  vectors: "[[0.1, 2], [0.3, 1]]",
  frames: "[[[[0, 0.5], [1, 0]]]]",
};

/** Numbers in lists of lists, as JSON that is pasted or of a file. */
export const askNumbers: MakeAsk = (host) => {
  const open = async (file: File): Promise<void> => {
    host.setText(await file.text());
    host.edit();
    host.send();
  };
  const field = fileField({ accept: ".json,application/json" }, (file) => void open(file).catch(host.fail));
  const caption = make("span", { part: "hint" });
  return {
    main: undefined,
    fields: [make("label", { part: "setting" }, caption, field)],
    lines: true,
    name: "numbers",
    placeholder: () => EXAMPLES[host.manifest()?.model.input.kind ?? ""] ?? "",
    setWords: ({ file }) => (caption.textContent = file),
    isEmpty: (text) => text.trim() === "",
    read: readJson,
    take(input) {
      if (Array.isArray(input) || ArrayBuffer.isView(input)) host.setText(JSON.stringify(Array.from(input as Iterable<unknown>)));
    },
  };
};

/** Numbers by themselves, or a line of training data. */
function readJson(text: string): ModelInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`the input is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return (typeof value === "object" && value !== null && "source" in value ? value.source : value) as ModelInput;
}
