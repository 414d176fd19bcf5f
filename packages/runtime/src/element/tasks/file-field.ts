import { make } from "../make.ts";

/** A field for a file, under whatever name the browser's language has for it. @param take is given what is chosen; the same file may be chosen again */
export function fileField(attributes: Readonly<Record<string, string>>, take: (file: File) => void): HTMLInputElement {
  const field = make("input", { part: "file", type: "file", ...attributes });
  field.addEventListener("change", () => {
    const [file] = Array.from(field.files ?? []);
    if (file !== undefined) take(file);
  });
  field.addEventListener("click", () => (field.value = ""));
  return field;
}
