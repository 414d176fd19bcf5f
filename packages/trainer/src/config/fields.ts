import * as v from "valibot";

/** Kinds of values that the sections of a configuration are made of. */
export const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
export const fraction = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const positive = (max: number) => v.pipe(v.number(), v.gtValue(0), v.maxValue(max));
export const text = v.pipe(v.string(), v.minLength(1));
export const described = <S extends v.GenericSchema>(schema: S, description: string) => v.pipe(schema, v.description(description));
/** A number with a default and what it means. */
export const size = (standard: number, description: string, max = 65_536) => described(v.optional(whole(1, max), standard), description);
export const flag = (description: string) => described(v.optional(v.boolean(), false), description);
export const choice = <const N extends readonly string[]>(names: N, standard: N[number], description: string) =>
  described(v.optional(v.picklist(names), standard), description);

/** A list in one text, its parts separated by commas: so it is an option of the command line, too. */
export const listOf = (value: string | undefined): string[] =>
  (value ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
