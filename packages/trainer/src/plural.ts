/** "1 row", "2 rows". */
export const plural = (value: number, noun: string): string => `${value} ${noun}${value === 1 ? "" : "s"}`;
