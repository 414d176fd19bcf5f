/** A day of the proleptic Gregorian calendar. */
export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** A way to write dates. Where `shortYear` is set the year has two digits, which only tell the years of the pivot's century. */
export interface DateFormat {
  readonly shortYear?: true;
  write(date: CalendarDate): string;
}

/** Two digits mean the years from 1969 to 2068, as POSIX's strptime reads %y. */
export const PIVOT_YEARS = { first: 1969, last: 2068 } as const;

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const UNITS = ["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"] as const;
const TEENS = [
  "tenth",
  "eleventh",
  "twelfth",
  "thirteenth",
  "fourteenth",
  "fifteenth",
  "sixteenth",
  "seventeenth",
  "eighteenth",
  "nineteenth",
] as const;

const two = (value: number): string => String(value).padStart(2, "0");
const short = ({ year }: CalendarDate): string => two(year % 100);
const month = (date: CalendarDate): string => MONTHS[date.month - 1]!;
const mon = (date: CalendarDate): string => month(date).slice(0, 3);
const weekday = (date: CalendarDate): string => WEEKDAYS[date.weekday]!;
const wkd = (date: CalendarDate): string => weekday(date).slice(0, 3);

/** 1st, 2nd, 3rd, 4th, 11th, 21st. */
function nth({ day }: CalendarDate): string {
  const suffix = Math.floor(day / 10) === 1 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return `${day}${suffix}`;
}

/** "third", "twenty-first". */
function ordinal({ day }: CalendarDate): string {
  if (day < 10) return UNITS[day]!;
  if (day < 20) return TEENS[day - 10]!;
  if (day % 10 === 0) return day === 20 ? "twentieth" : "thirtieth";
  return `${day < 30 ? "twenty" : "thirty"}-${UNITS[day % 10]!}`;
}

/** ISO 8601, the target. */
export const iso = (d: CalendarDate): string => `${d.year}-${two(d.month)}-${two(d.day)}`;

/**
 * Every way to write a date that the recipe knows, by example. No text has two readings: a date in digits alone is month/day/year with
 * slashes, as in the United States, day.month.year with dots, as in most of Europe, and year first where it starts with four digits.
 */
export const DATE_FORMATS: Readonly<Record<string, DateFormat>> = {
  "2021-03-03": { write: iso },
  "2021/03/03": { write: (d) => `${d.year}/${two(d.month)}/${two(d.day)}` },
  "2021.03.03": { write: (d) => `${d.year}.${two(d.month)}.${two(d.day)}` },
  "20210303": { write: (d) => `${d.year}${two(d.month)}${two(d.day)}` },
  "3/3/2021": { write: (d) => `${d.month}/${d.day}/${d.year}` },
  "03/03/2021": { write: (d) => `${two(d.month)}/${two(d.day)}/${d.year}` },
  "3/3/21": { shortYear: true, write: (d) => `${d.month}/${d.day}/${short(d)}` },
  "3.3.2021": { write: (d) => `${d.day}.${d.month}.${d.year}` },
  "03.03.2021": { write: (d) => `${two(d.day)}.${two(d.month)}.${d.year}` },
  "3.3.21": { shortYear: true, write: (d) => `${d.day}.${d.month}.${short(d)}` },
  "March 3, 2021": { write: (d) => `${month(d)} ${d.day}, ${d.year}` },
  "March 3 2021": { write: (d) => `${month(d)} ${d.day} ${d.year}` },
  "March 3rd, 2021": { write: (d) => `${month(d)} ${nth(d)}, ${d.year}` },
  "Mar 3, 2021": { write: (d) => `${mon(d)} ${d.day}, ${d.year}` },
  "Mar. 3, 2021": { write: (d) => `${mon(d)}. ${d.day}, ${d.year}` },
  "3 March 2021": { write: (d) => `${d.day} ${month(d)} ${d.year}` },
  "3 Mar 2021": { write: (d) => `${d.day} ${mon(d)} ${d.year}` },
  "3. March 2021": { write: (d) => `${d.day}. ${month(d)} ${d.year}` },
  "3rd March 2021": { write: (d) => `${nth(d)} ${month(d)} ${d.year}` },
  "3rd of March, 2021": { write: (d) => `${nth(d)} of ${month(d)}, ${d.year}` },
  "3rd of March 2021": { write: (d) => `${nth(d)} of ${month(d)} ${d.year}` },
  "the 3rd of March 2021": { write: (d) => `the ${nth(d)} of ${month(d)} ${d.year}` },
  "the third of March 2021": { write: (d) => `the ${ordinal(d)} of ${month(d)} ${d.year}` },
  "March third, 2021": { write: (d) => `${month(d)} ${ordinal(d)}, ${d.year}` },
  "Wednesday, March 3, 2021": { write: (d) => `${weekday(d)}, ${month(d)} ${d.day}, ${d.year}` },
  "Wednesday 3 March 2021": { write: (d) => `${weekday(d)} ${d.day} ${month(d)} ${d.year}` },
  "Wed 3 Mar 2021": { write: (d) => `${wkd(d)} ${d.day} ${mon(d)} ${d.year}` },
  "Wed, 03 Mar 2021": { write: (d) => `${wkd(d)}, ${two(d.day)} ${mon(d)} ${d.year}` },
  "Wed Mar 03 2021": { write: (d) => `${wkd(d)} ${mon(d)} ${two(d.day)} ${d.year}` },
  "2021 March 3": { write: (d) => `${d.year} ${month(d)} ${d.day}` },
  "2021-Mar-03": { write: (d) => `${d.year}-${mon(d)}-${two(d.day)}` },
  "3-Mar-2021": { write: (d) => `${d.day}-${mon(d)}-${d.year}` },
  "03-MAR-21": { shortYear: true, write: (d) => `${two(d.day)}-${mon(d).toUpperCase()}-${short(d)}` },
  "3 Mar '21": { shortYear: true, write: (d) => `${d.day} ${mon(d)} '${short(d)}` },
};
