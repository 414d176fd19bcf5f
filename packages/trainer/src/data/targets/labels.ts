import { given, serializeLabels, UserError } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import type { OutputConfig, Pooling } from "@s2s/runtime/manifest";
import { plural } from "../../plural.ts";
import { Labels } from "../labels.ts";
import { columnTensor, padRows } from "../pad.ts";
import { Sequences } from "../sequences.ts";
import type { ReadTargets, SourceSteps, TargetReader, Targets } from "./target.ts";

const LABELS_FILE = "labels.json";
/** Label of a step that has none: padding, and `</s>`. */
export const NO_LABEL = -1;

/** One label for each source, or one for each of its steps. */
class LabelTargets implements Targets {
  readonly #labels: Sequences;
  readonly #perStep: boolean;

  constructor(labels: Sequences, perStep: boolean) {
    this.#labels = labels;
    this.#perStep = perStep;
  }
  get count(): number {
    return this.#labels.count;
  }
  lengthOf(): number {
    return 0;
  }
  units(index: number): number {
    return this.#labels.lengthOf(index);
  }
  tensors(indices: Uint32Array, _bucket: number, sourceLength: number): ReturnType<Targets["tensors"]> {
    const rows = Array.from(indices, (index) => this.#labels.get(index));
    return { target: this.#perStep ? padRows(rows, sourceLength, NO_LABEL) : columnTensor(rows.map(([label]) => label!)) };
  }
}

/** Labels between spaces, as many as the source has tokens. */
const split = (target: string): string[] => target.split(/ +/).filter((label) => label !== "");

function refuseOtherCount(target: string, steps: SourceSteps | undefined, where: string): void {
  const labels = split(target).length;
  if (steps === undefined || labels === steps.count) return;
  const { count, noun } = steps;
  const remedy = `give each ${noun} its label${noun === "token" ? ", or set source.tokens" : ""}`;
  throw new UserError(`${where}: ${plural(count, noun)} but ${plural(labels, "label")}: ${remedy}`);
}

export interface LabelForm {
  readonly perStep: boolean;
  readonly pooling: Pooling;
}

/** Labels that are learned: all that occur. */
export function learnLabels({ perStep, pooling }: LabelForm, file: string): TargetReader {
  const texts: (readonly string[])[] = [];
  return {
    accepts(target, steps, where) {
      if (perStep) refuseOtherCount(target, steps, where);
      return true;
    },
    push: (target) => void texts.push(perStep ? split(target) : [target]),
    finish(): ReadTargets {
      const labels = new Labels(texts.flat());
      if (labels.names.length < 2)
        throw new UserError(`${file}: every example has the label ${JSON.stringify(labels.names[0])}: there is nothing to choose from`);
      const ids = new Sequences();
      for (const names of texts) ids.push(names.map((name) => labels.idOf(name, file)));
      const classes = labels.names.length;
      const output: OutputConfig = perStep ? { kind: "labels", classes } : { kind: "label", classes, pooling };
      return {
        targets: new LabelTargets(ids, perStep),
        output: () => output,
        again: () => knownLabels(labels, output),
        labels: { file: LABELS_FILE, size: classes },
        files: { [LABELS_FILE]: serializeLabels(labels.names) },
      };
    },
  };
}

/** Labels that a model or a training file knows. */
function knownLabels(labels: Labels, output: OutputConfig): TargetReader {
  const perStep = output.kind === "labels";
  const ids = new Sequences();
  return {
    accepts(target, steps, where) {
      if (perStep) refuseOtherCount(target, steps, where);
      return true;
    },
    push: (target, where) => ids.push((perStep ? split(target) : [target]).map((name) => labels.idOf(name, where))),
    finish: () => ({ targets: new LabelTargets(ids, perStep), output: () => output, again: () => knownLabels(labels, output), files: {} }),
  };
}

/** Labels of a bundle. */
export const bundleLabels = (bundle: Bundle): TargetReader =>
  knownLabels(new Labels(given(bundle.labels, "labels")), bundle.manifest.model.output);
