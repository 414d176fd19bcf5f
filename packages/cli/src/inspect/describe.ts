import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { readGraphStatistics, type GraphStatistics } from "@s2s/graph-builder";
import { type Bundle, findModelFile, readBundle, resolveBundle, UserError } from "@s2s/runtime";
import { MANIFEST_FILE, type FileInfo, type Manifest, type ModelConfig, type Provenance } from "@s2s/runtime/manifest";
import { holdsRun, readGraphsManifest, type GraphsManifest } from "@s2s/trainer";
import { elements, layersOf, type Layer } from "./layers.ts";
import { sidesOf, type Sides } from "./sides.ts";

/** A graph: its border, how often each operator occurs in it, and its size without external weights. */
export type GraphReport = { readonly file: string } & Pick<GraphStatistics, "inputs" | "outputs" | "operators" | "bytes">;

/** One of the models that an ensemble's graphs hold. */
export interface Member {
  readonly model: ModelConfig;
  readonly parameters: number;
}

/** What `s2s inspect --json` prints. */
export interface Description extends Partial<Sides> {
  readonly kind: "run" | "bundle" | "graphs" | "graph";
  readonly path: string;
  readonly model?: ModelConfig;
  /** Of an ensemble, whose answers are the average of all: each model, the first (`model`) too. Its parameters stand behind its number. */
  readonly members?: readonly Member[];
  /** Numbers that are trained, or that a lone graph stores. */
  readonly parameters: number;
  readonly layers: readonly Layer[];
  readonly graphs: readonly GraphReport[];
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly training?: Provenance | GraphsManifest["training"];
}

/**
 * Describes a run, a bundle, a folder of graphs or an ONNX file.
 * @throws UserError where the path is none of these, or what it holds is damaged
 */
export async function describe(path: string): Promise<Description> {
  const info = await stat(path).catch((error: unknown) => {
    throw new UserError(`${path}: cannot be read; give a run, a bundle, a folder of graphs or an ONNX file`, { cause: error });
  });
  if (info.isFile()) return describeGraph(path);
  if (!info.isDirectory())
    throw new UserError(`${path}: is neither a file nor a folder; give a run, a bundle, a folder of graphs or an ONNX file`);
  const graphs = await readGraphsManifest(path);
  if (graphs !== undefined) return describeGraphs(path, graphs);
  const file = await findModelFile(path);
  // Another graph than a model of ours is described as graphs are.
  const single = file === undefined ? undefined : await readBundle(file).catch(() => undefined);
  if (file !== undefined && single !== undefined) return describeModelFile(path, file, single);
  const names = await readdir(path);
  const loose = names.filter((name) => name.endsWith(".onnx")).sort();
  if (!names.includes(MANIFEST_FILE) && loose.length > 0) return describeLoose(path, loose);
  return describeBundle(path);
}

async function describeBundle(path: string): Promise<Description> {
  const folder = await resolveBundle(path);
  const bundle = await readBundle(folder);
  const { manifest } = bundle;
  const names = manifest.variants.flatMap(({ graphs }) => Object.values(graphs)).map(({ file }) => file);
  return {
    kind: (await holdsRun(path)) ? "run" : "bundle",
    path,
    ...answering(bundle),
    graphs: await readGraphs(folder, names),
    files: sizesOf(manifest.files),
  };
}

async function describeModelFile(path: string, file: string, bundle: Bundle): Promise<Description> {
  const name = basename(file);
  const graphs = await readGraphs(path, [name]);
  return { kind: "bundle", path, ...answering(bundle), graphs, files: graphs.map(({ bytes }) => ({ name, bytes })) };
}

/** What a bundle says of what answers: one model, or an ensemble. */
function answering(bundle: Bundle) {
  const { model, members, parameters, training } = bundle.manifest;
  return {
    ...sidesOf(bundle),
    model,
    ...(members && { members: [model, ...members].map((member, i) => ({ model: member, parameters: elements(ofMember(parameters, i)) })) }),
    ...layered(parameters),
    training,
  };
}

const ofMember = (parameters: Manifest["parameters"], member: number) => parameters.filter(({ name }) => name.startsWith(`${member}.`));

async function describeGraphs(path: string, { model, parameters, graphs, files, training }: GraphsManifest): Promise<Description> {
  const names = Object.values(graphs).map(({ file }) => file);
  return {
    kind: "graphs",
    path,
    model,
    ...layered(parameters),
    graphs: await readGraphs(path, names),
    files: sizesOf(files),
    training,
  };
}

async function describeLoose(path: string, names: readonly string[]): Promise<Description> {
  const graphs = await readGraphs(path, names);
  return { kind: "graphs", path, parameters: 0, layers: [], graphs, files: graphs.map(({ file, bytes }) => ({ name: file, bytes })) };
}

async function describeGraph(path: string): Promise<Description> {
  const { initializers, bytes, ...statistics } = await readGraph(path);
  const stored = initializers.filter(({ shape }) => shape.length > 0);
  const name = basename(path);
  return {
    kind: "graph",
    path,
    ...layered(stored),
    graphs: [{ file: name, ...pick(statistics), bytes }],
    files: [{ name, bytes }],
  };
}

const layered = (parameters: Parameters<typeof layersOf>[0]): Pick<Description, "parameters" | "layers"> => ({
  parameters: elements(parameters),
  layers: layersOf(parameters),
});

const sizesOf = (files: readonly FileInfo[]): Description["files"] => files.map(({ name, bytes }) => ({ name, bytes }));

function readGraphs(folder: string, names: readonly string[]): Promise<GraphReport[]> {
  return Promise.all(
    names.map(async (file) => {
      const { bytes, ...statistics } = await readGraph(join(folder, file));
      return { file, ...pick(statistics), bytes };
    }),
  );
}

const pick = ({ inputs, outputs, operators }: Omit<GraphStatistics, "bytes" | "initializers">) => ({ inputs, outputs, operators });

async function readGraph(path: string): Promise<GraphStatistics> {
  const content = await readFile(path);
  try {
    return readGraphStatistics(content);
  } catch (error) {
    throw new UserError(`${path}: is not an ONNX model, or is damaged; give a file that ends in .onnx`, { cause: error });
  }
}
