import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles, pair } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 8000, valid: 500, test: 500 };

/** Names that a headline has to repeat are often rare or new; copying them from the article is what a pointer-generator is for. */
const CONFIG: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  source: { tokens: "word" },
  target: { tokens: "word", shared: true },
  encoder: { embedding: 64, hidden: 96, bidirectional: true },
  decoder: { embedding: 64, hidden: 128, attention: "additive", copy: true },
  training: { epochs: 4, batchSize: 32, learningRate: 0.002 },
};

const CITIES = [
  "arlen",
  "brask",
  "corvel",
  "dunmore",
  "esterby",
  "falun",
  "gorsk",
  "helmond",
  "istra",
  "jorvik",
  "kessel",
  "lunden",
  "morava",
  "nantes",
  "ostrow",
  "pelham",
];
const NAMES = [
  "adler",
  "bianchi",
  "castro",
  "dubois",
  "eriksen",
  "farkas",
  "garcia",
  "hansen",
  "ivanov",
  "jansen",
  "kovacs",
  "larsen",
  "moreau",
  "novak",
  "oliveira",
  "petrov",
  "rossi",
  "silva",
  "tanaka",
  "weber",
];
const ROLES = ["mayor", "minister", "engineer", "coach", "director", "doctor", "judge", "teacher"];
const BUILDINGS = ["bridge", "school", "hospital", "library", "museum", "station", "stadium", "theatre"];
const TEAMS = ["rovers", "united", "wanderers", "athletic", "rangers", "city"];
const DISASTERS = ["fire", "flood", "storm", "tornado", "landslide"];
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Sentences that have nothing to do with what happened. */
const FILLERS = [
  "the weather stayed mild for most of the week .",
  "local shops were open as usual .",
  "a spokesperson declined to say more .",
  "traffic in the centre was heavy for several hours .",
  "more details are expected in the coming days .",
  "similar events were reported last year .",
  "many residents followed the news on the radio .",
  "the council will meet again next month .",
];

interface Story {
  readonly sentences: readonly string[];
  readonly headline: string;
}

/** What can happen; the facts come in different orders and words, the headline has the most important ones. */
const STORIES: readonly ((draws: Draws) => Story)[] = [
  (draws) => {
    const [city, name, role, building] = [draws.pick(CITIES), draws.pick(NAMES), draws.pick(ROLES), draws.pick(BUILDINGS)];
    const cost = draws.whole(2, 99);
    return {
      sentences: [
        draws.pick([
          `on ${draws.pick(DAYS)} ${role} ${name} opened a new ${building} in ${city} .`,
          `a new ${building} was opened in ${city} by ${role} ${name} .`,
        ]),
        draws.pick([
          `it cost ${cost} million and took ${draws.whole(2, 9)} years to build .`,
          `the work took ${draws.whole(2, 9)} years and ${cost} million .`,
        ]),
      ],
      headline: `${role} ${name} opens ${cost} million ${building} in ${city}`,
    };
  },
  (draws) => {
    const [winner, loser] = [`${draws.pick(CITIES)} ${draws.pick(TEAMS)}`, `${draws.pick(CITIES)} ${draws.pick(TEAMS)}`];
    const goals = draws.whole(0, 3);
    const more = goals + draws.whole(1, 3);
    return {
      sentences: [
        draws.pick([
          `${loser} lost their match against ${winner} on ${draws.pick(DAYS)} .`,
          `${winner} met ${loser} on ${draws.pick(DAYS)} and won .`,
        ]),
        draws.pick([`the score was ${more} to ${goals} .`, `after ninety minutes it stood ${more} to ${goals} .`]),
        `coach ${draws.pick(NAMES)} spoke of a fair result .`,
      ],
      headline: `${winner} beat ${loser} ${more} to ${goals}`,
    };
  },
  (draws) => {
    const [city, disaster] = [draws.pick(CITIES), draws.pick(DISASTERS)];
    const homes = draws.whole(5, 400);
    return {
      sentences: [
        draws.pick([
          `people in ${city} were surprised by a ${disaster} on ${draws.pick(DAYS)} night .`,
          `a ${disaster} hit the town of ${city} early on ${draws.pick(DAYS)} .`,
        ]),
        draws.pick([`${homes} homes were damaged .`, `the damage extends to ${homes} homes .`]),
        draws.pick([`nobody was hurt .`, `helpers came from ${draws.pick(CITIES)} .`]),
      ],
      headline: `${disaster} damages ${homes} homes in ${city}`,
    };
  },
  (draws) => {
    const [name, role, city] = [draws.pick(NAMES), draws.pick(ROLES), draws.pick(CITIES)];
    const years = draws.whole(3, 40);
    return {
      sentences: [
        draws.pick([`${role} ${name} of ${city} will leave office .`, `in ${city} , ${role} ${name} has decided to go .`]),
        draws.pick([`the decision ends ${years} years of work .`, `${name} had served for ${years} years .`]),
        draws.pick([`${draws.pick(NAMES)} is to follow in spring .`, `a successor has not been named .`]),
      ],
      headline: `${role} ${name} of ${city} resigns after ${years} years`,
    };
  },
];

export const summary: Recipe = {
  description: "generated news articles to their headlines, with names and numbers to copy",
  make: ({ seed }) => [
    ...generatedFiles(SIZES, (index) => {
      const draws = new Draws(seed, "summary", index);
      const { sentences, headline } = draws.pick(STORIES)(draws);
      return pair(withFillers(sentences, draws).join(" "), headline);
    }),
    configFile(CONFIG),
  ],
};

/** The story's sentences with one to three others between and around them. */
function withFillers(sentences: readonly string[], draws: Draws): string[] {
  const all = [...sentences];
  for (let count = draws.whole(1, 3); count > 0; count--) all.splice(draws.whole(0, all.length), 0, draws.pick(FILLERS));
  return all;
}
