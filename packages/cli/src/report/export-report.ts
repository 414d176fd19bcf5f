import { PRECISIONS } from "@s2s/runtime/manifest";
import type { ExportReport } from "@s2s/trainer";
import { bytes, loss, percent, plural, shellWord, table } from "./format.ts";

/** What was exported, and what each precision is worth, where that was measured. */
export function exportLines(folder: string, report: ExportReport, web = false): string[] {
  const lines = [`${folder}: ${plural(report.files.length, "file")}, ${bytes(report.bytes)}`];
  const rows = PRECISIONS.flatMap((precision) => {
    const figures = report[precision];
    if (figures?.msPerToken === undefined) return [];
    const { loss: nats = 0, tokenAccuracy = 0, sequenceAccuracy = 0, msPerToken } = figures;
    return [[precision, bytes(figures.bytes), loss(nats), percent(tokenAccuracy), percent(sequenceAccuracy), msPerToken.toFixed(3)]];
  });
  if (rows.length > 0) {
    lines.push(...table([["", "bytes", "loss", "tokens", "sequences", "ms a token"], ...rows]));
    lines.push(`measured on ${plural(report.pairs ?? 0, "pair")}; tokens and sequences: share that is right`);
  }
  lines.push(web ? `Try it: s2s serve ${shellWord(folder)}` : `Try it: s2s translate ${shellWord(folder)} "some text"`);
  return lines;
}
