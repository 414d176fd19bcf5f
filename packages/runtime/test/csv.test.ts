import { describe, expect, it } from "vitest";
import { csvCell, parseCsv, seriesRows } from "../src/predict/csv.ts";

describe("parseCsv", () => {
  it("cuts at tabs where it is told to, and leaves commas alone", () => {
    expect(parseCsv('a\tb\n1,5\t"2\t3"\n', "x", "\t")).toEqual([
      ["a", "b"],
      ["1,5", "2\t3"],
    ]);
  });

  it("refuses a quote out of place", () => {
    expect(() => parseCsv('a,b\n1,2"3\n', "x.csv")).toThrow("x.csv:2: has a quote out of place");
    expect(() => parseCsv('a,b\n\n"x\ny",1\n1,2"3\n', "x.csv")).toThrow("x.csv:5: has a quote out of place");
  });
});

describe("seriesRows", () => {
  const rows = [
    ["a", " b ", "c"],
    ["1", "x", "3"],
    ["4", "", "6"],
  ];

  it("gives the columns asked for, and leaves what is no number to be refused with its row", () => {
    expect(seriesRows(rows, ["c", "b"], "x.csv")).toEqual([
      { c: 3, b: "x" },
      { c: 6, b: "" },
    ]);
  });

  it("names a column that is missing, and says of nothing what is missing", () => {
    expect(() => seriesRows(rows, ["a", "d"], "x.csv")).toThrow("x.csv: has no column d; it has a,  b , c");
    expect(() => seriesRows([], ["a"], "x.csv")).toThrow("x.csv: is empty: its first line must name the columns");
    expect(() => seriesRows([...rows, ["7", "8"]], ["a"], "x.csv")).toThrow("x.csv: row 3 is cut into 2, but there are 3 columns");
  });
});

it("writes cells that are read as they were", () => {
  const cells = ["plain", 'a "b"', "x,y", "line\nbreak", -1.5];
  expect(parseCsv(cells.map(csvCell).join(","), "x.csv")).toEqual([cells.map(String)]);
});
