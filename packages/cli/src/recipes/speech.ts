import type { Draws } from "./draws.ts";

/**
 * A sound: formants in Hz, share of hissing noise around a frequency, loudness, and its usual length in frames of 20 ms. Formants are averages of
 * men's American English vowels (Peterson & Barney 1952), rounded; those of consonants and the noise bands are rough.
 */
interface Sound {
  readonly formants: readonly [number, number, number];
  readonly hiss?: readonly [share: number, hz: number];
  readonly loudness: number;
  readonly frames: number;
}

const sound = (formants: Sound["formants"], loudness: number, frames: number, hiss?: Sound["hiss"]): Sound =>
  hiss === undefined ? { formants, loudness, frames } : { formants, loudness, frames, hiss };

const SOUNDS = {
  IY: sound([270, 2290, 3010], 1, 6),
  IH: sound([390, 1990, 2550], 1, 4),
  EH: sound([530, 1840, 2480], 1, 4),
  AH: sound([640, 1190, 2390], 1, 4),
  AO: sound([570, 840, 2410], 1, 5),
  AA: sound([730, 1090, 2440], 1, 4),
  UH: sound([440, 1020, 2240], 0.9, 3),
  UW: sound([300, 870, 2240], 0.9, 5),
  ER: sound([490, 1350, 1690], 0.9, 4),
  R: sound([420, 1300, 1600], 0.7, 3),
  W: sound([300, 610, 2200], 0.6, 3),
  N: sound([250, 1450, 2400], 0.5, 3),
  V: sound([220, 1100, 2080], 0.4, 2, [0.4, 3500]),
  F: sound([340, 1100, 2080], 0.25, 4, [1, 4500]),
  TH: sound([320, 1290, 2540], 0.2, 4, [1, 5500]),
  S: sound([320, 1390, 2530], 0.5, 4, [1, 6000]),
  Z: sound([240, 1390, 2530], 0.5, 4, [0.6, 5500]),
  T: sound([400, 1600, 2600], 0.5, 1, [1, 4500]),
  K: sound([300, 1990, 2850], 0.5, 1, [1, 2500]),
  pause: sound([500, 1500, 2500], 0, 2),
} as const;

type SoundName = keyof typeof SOUNDS;

/** The digits' pronunciations in CMUdict. */
export const DIGIT_SOUNDS: Readonly<Record<string, readonly SoundName[]>> = {
  zero: ["Z", "IH", "R", "AO", "UW"],
  one: ["W", "AH", "N"],
  two: ["pause", "T", "UW"],
  three: ["TH", "R", "IY"],
  four: ["F", "AO", "R"],
  five: ["F", "AA", "IY", "V"],
  six: ["S", "IH", "pause", "K", "S"],
  seven: ["S", "EH", "V", "AH", "N"],
  eight: ["EH", "IY", "pause", "T"],
  nine: ["N", "AA", "IY", "N"],
};

/** Mel bands of a frame. */
const BANDS = 16;
const [LOWEST_HZ, HIGHEST_HZ] = [100, 7500];

/** O'Shaughnessy 1987. */
const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const BAND_MELS = Array.from({ length: BANDS }, (_, i) => mel(LOWEST_HZ) + ((mel(HIGHEST_HZ) - mel(LOWEST_HZ)) * (i + 0.5)) / BANDS);
const FORMANT_MELS = 90;
const HISS_MELS = 250;

/** Words spoken in one breath by a voice that is drawn, as log-mel frames [S, BANDS]. Neighbouring sounds run into each other. */
export function speak(words: readonly string[], draws: Draws): number[][] {
  const voice = {
    scale: draws.between(0.9, 1.25),
    speed: draws.between(0.75, 1.35),
    loudness: draws.between(0.5, 1.5),
    tilt: draws.between(0.5, 1.5),
  };
  const noise = draws.between(0.005, 0.05);
  const names: SoundName[] = ["pause", ...words.flatMap((word) => [...DIGIT_SOUNDS[word]!, "pause" as const])];
  const shares = names.flatMap((name, i) => {
    const length = Math.max(1, Math.round(SOUNDS[name].frames * voice.speed * draws.between(0.8, 1.25)));
    return Array.from({ length }, (_, frame) => ({ i, at: (frame + 0.5) / length }));
  });
  return shares.map(({ i, at }) => {
    // In its first and last third a sound moves from and to the half-way point between it and its neighbour.
    const other = at < 1 / 3 ? Math.max(0, i - 1) : at > 2 / 3 ? Math.min(names.length - 1, i + 1) : i;
    const share = at < 1 / 3 ? 0.5 - 1.5 * at : at > 2 / 3 ? 0.5 - 1.5 * (1 - at) : 0;
    const [own, neighbour] = [SOUNDS[names[i]!], SOUNDS[names[other]!]];
    return BAND_MELS.map((band) => {
      const power = (1 - share) * energy(own, band, voice) + share * energy(neighbour, band, voice);
      return Math.log(noise * draws.between(0.5, 1.5) + voice.loudness * power);
    });
  });
}

interface Voice {
  /** Formants are higher in a shorter throat. */
  readonly scale: number;
  /** How fast the higher formants fall off. */
  readonly tilt: number;
}

function energy({ formants, hiss, loudness }: Sound, band: number, { scale, tilt }: Voice): number {
  const bell = (hz: number, width: number): number => Math.exp(-(((band - mel(hz)) / width) ** 2));
  const voiced = formants.reduce((sum, hz, i) => sum + bell(hz * scale, FORMANT_MELS) * Math.exp(-tilt * i * 0.5), 0);
  if (hiss === undefined) return loudness * voiced;
  const [share, hz] = hiss;
  return loudness * ((1 - share) * voiced + share * bell(hz, HISS_MELS));
}
