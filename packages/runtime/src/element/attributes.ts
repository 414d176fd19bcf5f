import { UserError } from "../errors.ts";
import type { GenerateOptions } from "../model.ts";
import type { Wish } from "./model-holder.ts";

/** The attributes that have a property of the same name in camel case: `max-length` is `maxLength`. */
const REFLECTED = {
  src: "string",
  task: "string",
  device: "string",
  precision: "string",
  worker: "string",
  cache: "string",
  loading: "string",
  name: "string",
  label: "string",
  placeholder: "string",
  "send-label": "string",
  "stop-label": "string",
  "source-lang": "string",
  "target-lang": "string",
  beams: "number",
  "max-length": "number",
  "length-penalty": "number",
  auto: "boolean",
  disabled: "boolean",
  required: "boolean",
} as const;

type Kinds = { string: string; number: number | undefined; boolean: boolean };
type Camel<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

/** A string is "" and a number undefined where the attribute is missing. */
export type ReflectedProperties = { -readonly [Name in keyof typeof REFLECTED as Camel<Name>]: Kinds[(typeof REFLECTED)[Name]] };

/** Those that decide which model an element has. */
const OF_MODEL = new Set(["src", "task", "device", "precision", "worker", "cache"]);

/** `text` and `value` are, as in HTML's own controls, what stands there at first: their properties are what stands there now. */
export const OBSERVED: readonly string[] = [...Object.keys(REFLECTED), "text", "value", "lang", "aria-label"];

export function isModelAttribute(name: string): boolean {
  return OF_MODEL.has(name);
}

/** Gives a class of elements a property for each reflected attribute. */
export function reflectAttributes(prototype: HTMLElement): void {
  for (const [name, kind] of Object.entries(REFLECTED)) Object.defineProperty(prototype, camel(name), accessor(name, kind));
}

function accessor(name: string, kind: keyof Kinds): PropertyDescriptor & ThisType<HTMLElement> {
  const flags = { enumerable: true, configurable: true };
  if (kind === "boolean") {
    return {
      ...flags,
      get() {
        return this.hasAttribute(name);
      },
      set(value: unknown) {
        this.toggleAttribute(name, Boolean(value));
      },
    };
  }
  return {
    ...flags,
    get() {
      const value = this.getAttribute(name);
      if (kind === "string") return value ?? "";
      return value === null ? undefined : Number(value);
    },
    set(value: unknown) {
      if (value === undefined || value === null) this.removeAttribute(name);
      else this.setAttribute(name, String(value));
    },
  };
}

/** The model that an element's attributes name. @throws UserError where they name none */
export function readWish(element: HTMLElement & ReflectedProperties): Wish {
  const { src, task, device, precision, worker, cache } = element;
  if (src === "") throw new UserError('<s2s-model> has no model: give it src="...", the address of a bundle');
  return {
    src: resolve(src, element),
    task,
    // What these may be is known, and said, where the model is loaded.
    device: (device || undefined) as Wish["device"],
    precision: (precision || undefined) as Wish["precision"],
    worker: worker === "" || (worker !== "off" && resolve(worker, element)),
    cache: cache !== "off",
  };
}

function resolve(address: string, { baseURI }: HTMLElement): string {
  try {
    return new URL(address, baseURI).href;
  } catch {
    throw new UserError(`<s2s-model>: ${JSON.stringify(address)} is no address`);
  }
}

/** What an element's attributes say of the search; its ranges are checked there. */
export function readOptions({ beams, maxLength, lengthPenalty }: ReflectedProperties): GenerateOptions {
  return {
    ...(beams === undefined ? {} : { beams }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(lengthPenalty === undefined ? {} : { lengthPenalty }),
  };
}

/** Frameworks may set properties before the element is defined; on the instance they would hide those of the class. */
export function adoptEarlyProperties(element: HTMLElement, others: readonly string[]): void {
  const values = element as unknown as Record<string, unknown>;
  for (const name of [...Object.keys(REFLECTED).map(camel), ...others]) {
    if (!Object.hasOwn(element, name)) continue;
    const value = values[name];
    delete values[name];
    values[name] = value;
  }
}

function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
