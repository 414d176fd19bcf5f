import type { Draws } from "./draws.ts";

/** What people say before they come to the point. */
const OPENINGS = [
  "Hello!",
  "Good morning, I hope you are well.",
  "Sorry to bother you again, but",
  "Hey there, long time no see!",
  "I was just wondering on my way home:",
  "My little sister would like to know this:",
  "OK, next one.",
  "Could you please help me with something?",
  "I have been thinking about this all day long.",
  "Hi, it's me again, the one from yesterday.",
  "So here is what I wanted to say:",
  "Listen,",
  "Thank you for your last answer, it was great!",
  "This may sound a bit strange, but still:",
  "If you have a minute for me,",
];

/** And behind it. */
const CLOSINGS = [
  "Thanks!",
  "Please take your time, there is no hurry.",
  "I am really curious what you will say.",
  "That's all for now.",
  "Thank you so much in advance for your help!",
  "Please keep it short, I'm on the train.",
  "My friends and I have a bet running on that.",
  "You know what I mean.",
  "No pressure, of course.",
  "Just tell me the way you see it, will you?",
  "Have a nice evening!",
  "I promise that this is my last one for today.",
  "Or is that too much to ask?",
  "Cheers,",
  "Please answer in English, if you can.",
];

/** The text between an opening and a closing, of which one may be missing. */
export function wrapped(text: string, draws: Draws): string {
  const opening = draws.chance(0.9) ? draws.pick(OPENINGS) : "";
  const closing = opening === "" || draws.chance(0.9) ? draws.pick(CLOSINGS) : "";
  return [opening, text, closing].filter(Boolean).join(" ");
}
