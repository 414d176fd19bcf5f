import type { Manifest } from "../manifest.ts";
import type { PredictOptions } from "../model.ts";
import { addWords } from "./strings.ts";
import type { TaskHost, TaskView } from "./task-view.ts";
import type { View } from "./view.ts";

export interface SwitchHost extends Omit<TaskHost, "manifest"> {
  /** Options of every answer. */
  options(): PredictOptions;
  showWords(): void;
}

/** Gives a view what asks and shows in the way of a task; texts to texts need nothing more than it has. */
export class TaskSwitch {
  /** That of the model or, before there is one, of the page's word. */
  task = "";
  #manifest: Manifest | undefined;
  readonly #host: SwitchHost & TaskHost;
  readonly #view: View;

  constructor(host: SwitchHost, view: View) {
    this.#host = { ...host, manifest: () => this.#manifest };
    this.#view = view;
  }

  /** @param manifest of the model, once it is there. Of several calls the last one counts. */
  async show(task: string, manifest?: Manifest): Promise<void> {
    this.task = task;
    this.#manifest = manifest;
    const host = this.#host;
    let view: TaskView | undefined;
    if (task !== "" && !isPlain(task, manifest)) {
      const { TASK_WORDS, taskView } = await import("./tasks/index.ts");
      if (task !== this.task || manifest !== this.#manifest) return;
      addWords(TASK_WORDS);
      view = taskView(task, host, this.#view.task, host.options());
    }
    if (view !== this.#view.task) this.#view.setTask(view);
    host.showWords();
  }
}

/** Before the model is there, texts to texts are what most models of the task are. */
function isPlain(task: string, manifest: Manifest | undefined): boolean {
  return manifest ? manifest.model.input.kind === "tokens" && manifest.model.output.kind === "tokens" : task === "translate";
}
