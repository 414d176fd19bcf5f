import { UserError } from "@s2s/runtime";
import { describe, expect, it } from "vitest";
import { parseCsv as parseInPages } from "../../runtime/src/predict/csv.ts";
import { parseCsv } from "../src/data/csv.ts";

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
    [
      "a,b\n\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["\na\n1\n\n3\n\n\n", [["a"], ["1"], [""], ["3"]]],
    [
      "  \na,b\n1,2\n  \n3,4\n ",
      [
        ["a", "b"],
        ["1", "2"],
        ["3", "4"],
      ],
    ],
  ])("reads %j, as pages do", (text, rows) => {
    expect(parseCsv(text, "x.csv").map(({ cells }) => cells)).toEqual(rows);
    expect(parseInPages(text, "x.csv")).toEqual(rows);
  });

  it("counts lines as editors do, breaks inside of quotes too", () => {
    expect(parseCsv('a,b\n\n"x\ny",1\n2,3\n', "x.csv").map(({ line }) => line)).toEqual([1, 4, 5]);
    expect(parseCsv("\na\n1\n\n3\n", "x.csv").map(({ line }) => line)).toEqual([2, 3, 4, 5]);
  });

  it.each([
    ["a quote out of place", 'a,b\n1,2"3\n', /^x\.csv:2: is no CSV \(.*\): mend the line$/],
    ["a quote that does not end", 'a,b\n1,"2\n', /^x\.csv:\d: is no CSV \(.*\): mend the line$/],
    ["a row that is too short", "a,b\n1,2\n1\n", /^x\.csv:3: is no CSV \(.*\): mend the line$/],
  ])("refuses %s", (_, text, message) => {
    const parsing = () => parseCsv(text, "x.csv");
    expect(parsing).toThrow(UserError);
    expect(parsing).toThrow(message);
  });
});
