import { addition } from "./addition.ts";
import { captions } from "./captions.ts";
import { chatbot } from "./chatbot.ts";
import { dates } from "./dates.ts";
import { draw } from "./draw.ts";
import { forecast } from "./forecast.ts";
import { g2p } from "./g2p.ts";
import { generate } from "./generate.ts";
import { kerasChar } from "./keras-char.ts";
import { language } from "./language.ts";
import { learningToExecute } from "./learning-to-execute.ts";
import { next } from "./next.ts";
import { prasad2023 } from "./prasad2023.ts";
import { programs } from "./programs.ts";
import type { Recipe } from "./recipe.ts";
import { reverse } from "./reverse.ts";
import { scan } from "./scan.ts";
import { sketch } from "./sketch.ts";
import { spokenDigits } from "./spoken-digits.ts";
import { summary } from "./summary.ts";
import { sutskever2014 } from "./sutskever2014.ts";
import { tag } from "./tag.ts";
import { bahdanau2015, cho2014, luong2015 } from "./translation.ts";
import { video } from "./video.ts";

/** Every recipe by the name that `s2s init --recipe` takes, in the order of help. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  dates,
  reverse,
  addition,
  "learning-to-execute": learningToExecute,
  programs,
  summary,
  video,
  "spoken-digits": spokenDigits,
  tag,
  next,
  generate,
  draw,
  sketch,
  scan,
  g2p,
  "keras-char": kerasChar,
  prasad2023,
  sutskever2014,
  cho2014,
  bahdanau2015,
  luong2015,
  language,
  chatbot,
  captions,
  forecast,
};
