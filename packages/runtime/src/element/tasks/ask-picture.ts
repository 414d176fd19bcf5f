import type { ModelInput } from "../../page.ts";
import { make } from "../make.ts";
import type { MakeAsk } from "./ask.ts";
import { fileField } from "./file-field.ts";

/** Longer side of the picture as it is shown, in pixels of its own. */
const SHOWN = 480;

/** A picture that is chosen, dropped or pasted, and then asked for at once. */
export const askPicture: MakeAsk = (host) => {
  let picture: ModelInput | undefined;
  const choose = (chosen: Blob): void => {
    void look(chosen);
    host.edit();
    host.send();
  };
  const field = fileField({ id: "picture", accept: "image/*" }, choose);
  const shown = make("canvas", { part: "picture", role: "img" });
  const hint = make("span", { part: "hint" });
  const zone = make("div", { part: "drop", tabindex: "-1" }, shown, field, hint);
  shown.hidden = true;

  zone.addEventListener("dragover", (event) => {
    if (field.matches(":disabled")) return;
    event.preventDefault();
    zone.part.add("over");
  });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.part.remove("over"));
  zone.addEventListener("drop", (event) => take(event, event.dataTransfer));
  zone.addEventListener("paste", (event) => take(event, event.clipboardData));

  function take(event: Event, data: DataTransfer | null): void {
    const [file] = Array.from(data?.files ?? []);
    if (file === undefined || field.matches(":disabled")) return;
    event.preventDefault();
    field.value = "";
    choose(file);
  }

  /** What is asked about is what is in sight. What is no picture is not shown; the answer says why. */
  async function look(chosen: ModelInput): Promise<void> {
    picture = chosen;
    const bitmap = await createImageBitmap(chosen as ImageBitmapSource).catch(() => undefined);
    if (picture !== chosen) return bitmap?.close();
    shown.hidden = bitmap === undefined;
    if (bitmap === undefined) return;
    const scale = Math.min(1, SHOWN / Math.max(bitmap.width, bitmap.height));
    [shown.width, shown.height] = [Math.ceil(bitmap.width * scale), Math.ceil(bitmap.height * scale)];
    shown.getContext("2d")?.drawImage(bitmap, 0, 0, shown.width, shown.height);
    shown.setAttribute("aria-label", chosen instanceof File ? chosen.name : host.words().picture);
    bitmap.close();
  }

  return {
    main: field,
    fields: [zone],
    lines: false,
    name: "picture",
    placeholder: () => "",
    setWords: ({ drop }) => (hint.textContent = drop),
    isEmpty: () => picture === undefined,
    read: () => picture as ModelInput,
    take: (input) => void look(input),
    reset() {
      picture = undefined;
      shown.hidden = true;
      field.value = "";
    },
  };
};
