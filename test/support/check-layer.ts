import { Graph, type Initializer, Scope, type ScopeOptions, type Value, sameShape } from "@s2s/graph-builder";
import { type GradientCheck, checkGradient } from "./check-gradient.ts";

export interface LayerCheck extends Omit<GradientCheck, "build"> {
  readonly build: (scope: Scope, inputs: Value[], others: Record<string, Value>) => Value | Value[];
  readonly options?: (others: Record<string, Value>) => Partial<ScopeOptions>;
}

/** A scope whose parameters are inputs that are there already, in the order of their making. */
class GivenScope extends Scope {
  readonly #given: Value[];

  constructor(graph: Graph, options: ScopeOptions, given: Value[], prefix = "") {
    super(graph, options, prefix);
    this.#given = given;
  }

  override in(name: string | number): Scope {
    return new GivenScope(this.graph, this.options, this.#given, `${name}.`);
  }

  override parameter(name: string, shape: readonly number[], _init: Initializer): Value {
    const value = this.#given.shift();
    if (!value || !sameShape(value.shape, shape)) throw new Error(`parameter ${name} is not the one that was made before`);
    return value;
  }
}

/** `checkGradient` of a layer: with respect to its inputs and to every parameter that it makes. */
export async function checkLayer({ build, options = () => ({}), ...check }: LayerCheck): Promise<void> {
  const { shapes, declared = shapes, others = {} } = check;
  const scopeOptions = (values: Record<string, Value>): ScopeOptions => ({ type: "float64", parameters: "inputs", ...options(values) });
  const trial = new Graph("trial");
  const inputs = declared.map((shape, i) => trial.input(`x${i}`, "float64", shape));
  const extra = Object.fromEntries(Object.entries(others).map(([name, t]) => [name, trial.input(name, t.type, t.declared ?? t.shape)]));
  const scope = new Scope(trial, scopeOptions(extra));
  build(scope, inputs, extra);
  const parameters = scope.parameters.map(({ spec }) => spec.shape);
  await checkGradient({
    ...check,
    shapes: [...shapes, ...parameters],
    declared: [...declared, ...parameters],
    build: (values, rest) => {
      const given = values.slice(shapes.length);
      return build(
        new GivenScope(values[0]?.graph ?? Object.values(rest)[0].graph, scopeOptions(rest), given),
        values.slice(0, shapes.length),
        rest,
      );
    },
  });
}
