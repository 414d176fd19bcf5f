import { dates } from "./dates.ts";
import type { Recipe } from "./recipe.ts";

/** Every recipe by the name that `s2s init --recipe` takes. */
export const RECIPES: Readonly<Record<string, Recipe>> = { dates };
