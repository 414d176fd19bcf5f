import { UserError } from "@s2s/runtime";

/** Labels by their index, in the order of their code units. */
export class Labels {
  readonly names: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(names: Iterable<string>) {
    this.names = [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
    this.#ids = new Map(this.names.map((name, id) => [name, id]));
  }

  /** @throws UserError for a label that was not there when the model was trained */
  idOf(name: string, where: string): number {
    const id = this.#ids.get(name);
    if (id !== undefined) return id;
    const shown = this.names.slice(0, 6).map((label) => JSON.stringify(label));
    const known = this.names.length > shown.length ? `${shown.join(", ")} and ${this.names.length - shown.length} more` : shown.join(", ");
    throw new UserError(`${where}: the label ${JSON.stringify(name.slice(0, 40))} was never seen in training; known are ${known}`);
  }
}
