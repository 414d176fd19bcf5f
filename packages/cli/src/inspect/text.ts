import type { ModelConfig } from "@s2s/runtime/manifest";
import { bytes, count, plural, table } from "../report/format.ts";
import type { Colors } from "../terminal.ts";
import type { Description, GraphReport } from "./describe.ts";
import { sideLines } from "./sides.ts";

/** A description as a person reads it. */
export function describeText(
  { kind, path, model, members, parameters, layers, graphs, files, training, task, reads, writes, series }: Description,
  { bold, dim }: Colors,
): string[] {
  const lines = [
    `${bold(path)}: ${kind}${model ? ` of ${members ? plural(members.length, "model") : "a model"} from ${model.input.kind} to ${model.output.kind}` : ""}, ${count(parameters)} ${kind === "graph" ? "stored numbers" : "parameters"}`,
  ];
  if (task && reads && writes) lines.push(...sideLines({ task, reads, writes, ...(series && { series }) }));
  if (training)
    lines.push(
      dim(
        Object.entries(training)
          .map(([key, value]) => `${key} ${show(value)}`)
          .join(", "),
      ),
    );
  if (members) {
    const rows = members.map((member, i) => [String(i), plural(member.parameters, "parameter"), cellsOf(member.model)]);
    lines.push("", `${bold("Members")}, of which an answer averages what all give`, ...indent(table(rows)));
  }
  if (layers.length > 0) {
    const rows = layers.map((layer) => [
      layer.name,
      count(layer.parameters),
      layer.tensors.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join("  "),
    ]);
    lines.push("", bold("Layers"), ...indent(table(rows)));
  }
  const known = new Set(layers.flatMap((layer) => layer.tensors.map(({ name }) => (name === layer.name ? name : `${layer.name}.${name}`))));
  for (const graph of graphs) lines.push("", `${bold(graph.file)}  ${bytes(graph.bytes)}`, ...indent(graphLines(graph, known)));
  if (files.length > 1) lines.push("", bold("Files"), ...indent(table(files.map((file) => [file.name, bytes(file.bytes)]))));
  return lines;
}

/** The recurrent layers of a model, as far as it has some. */
function cellsOf({ encoder, output }: ModelConfig): string {
  const decoder = "cell" in output ? output : null;
  return Object.entries({ encoder, decoder })
    .flatMap(([side, found]) => (found ? [`${side} ${plural(found.layers, `${found.cell} layer`)} of ${found.hidden}`] : []))
    .join(", ");
}

function graphLines({ inputs, outputs, operators }: GraphReport, parameters: ReadonlySet<string>): string[] {
  const total = Object.values(operators).reduce((sum, times) => sum + times, 0);
  const counts = Object.entries(operators).map(([name, times]) => `${name} ${times}`);
  return [
    `inputs: ${border(inputs, parameters)}`,
    `outputs: ${border(outputs, parameters)}`,
    `${plural(total, "operator")}: ${counts.join(", ")}`,
  ];
}

/** Inputs or outputs; one for each parameter (`next.mean/<parameter>`) counts instead of being listed. */
function border(tensors: GraphReport["inputs"], parameters: ReadonlySet<string>): string {
  const groups = new Map<string, number>();
  const single: string[] = [];
  for (const { name, type, shape } of tensors) {
    const [, prefix = "", rest = ""] = /^((?:next\.|gradient\.)?(?:[^/]*\/)?)(.*)$/.exec(name) ?? [];
    if (parameters.has(rest)) groups.set(prefix, (groups.get(prefix) ?? 0) + 1);
    else single.push(`${name} ${type}[${shape.join(", ")}]`);
  }
  return [...single, ...[...groups].map(([prefix, times]) => `${prefix}<parameter> (${times})`)].join(", ");
}

function show(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return `(${Object.entries(value)
    .map(([key, entry]) => (Array.isArray(value) ? show(entry) : `${key} ${show(entry)}`))
    .join(", ")})`;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
