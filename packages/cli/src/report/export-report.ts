import { PRECISIONS, type Manifest } from "@s2s/runtime/manifest";
import type { ExportReport } from "@s2s/trainer";
import { figureRows } from "./figures.ts";
import { bytes, plural, shellWord, table } from "./format.ts";

/** Narrower heads of columns than the figures' names. */
const HEADS: Readonly<Record<string, string>> = {
  "loss (nats a unit)": "loss",
  "token accuracy": "tokens",
  "sequence accuracy": "sequences",
};

/** What was exported, and what each precision is worth, where that was measured. */
export function exportLines(folder: string, report: ExportReport, { model }: Pick<Manifest, "model">, web = false): string[] {
  const lines = [`${folder}: ${plural(report.files.length, "file")}, ${bytes(report.bytes)}`];
  const isText = model.input.kind === "tokens" && model.output.kind === "tokens";
  const rows = PRECISIONS.flatMap((precision) => {
    const { bytes: size, ...figures } = report[precision] ?? { bytes: 0 };
    return figures.loss === undefined ? [] : [{ precision, size, columns: figureRows(figures) }];
  });
  if (rows.length > 0) {
    const heads = rows[0]!.columns.map(([name]) => HEADS[name!] ?? name!);
    const cells = rows.map(({ precision, size, columns }) => [precision, bytes(size)].concat(columns.map(([, value]) => value!)));
    lines.push(...table([["", "bytes", ...heads], ...cells]));
    const shares = heads.includes("sequences") ? "; tokens and sequences: share that is right" : "";
    lines.push(`measured on ${plural(report.pairs ?? 0, isText ? "pair" : "example")}${shares}`);
  }
  lines.push(
    web
      ? `Try it: s2s serve ${shellWord(folder)}`
      : isText
        ? `Try it: s2s translate ${shellWord(folder)} "some text"`
        : `Try it: s2s predict ${shellWord(folder)}`,
  );
  return lines;
}
