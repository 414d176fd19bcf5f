import { describe, expect, it } from "vitest";
import { csvCell, parseCsv, seriesRows } from "../src/predict/csv.ts";

describe("parseCsv", () => {
  it.each([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      '"a ""b""",c\r\n"x\ny",\r\n\r\n',
      [
        ['a "b"', "c"],
        ["x\ny", ""],
      ],
    ],
    [
      "\uFEFFa,b\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["a,", [["a", ""]]],
    ["", []],
  ])("reads %j", (text, rows) => expect(parseCsv(text, "x.csv")).toEqual(rows));

  it("refuses a quote out of place", () => {
    expect(() => parseCsv('a,b\n1,2"3\n', "x.csv")).toThrow("x.csv:2: has a quote out of place");
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
  });
});

it("writes cells that are read as they were", () => {
  const cells = ["plain", 'a "b"', "x,y", "line\nbreak", -1.5];
  expect(parseCsv(cells.map(csvCell).join(","), "x.csv")).toEqual([cells.map(String)]);
});
