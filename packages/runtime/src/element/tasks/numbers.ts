/** As a visitor reads it. */
export const short = (value: number): string => new Intl.NumberFormat(undefined, { maximumSignificantDigits: 5 }).format(value);

export const percent = (share: number): string =>
  new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(share);
