/**
 * What a program of the recipe `programs` prints: an interpreter for the part of Python in which they are written. Lines are separated by "|";
 * they are `name=expression`, `for x in range(n):name+=expression` (or -=) and `print(expression)`.
 */
export function printed(program: string): string {
  const variables = new Map<string, number>();
  for (const line of program.split("|")) {
    const loop = /^for x in range\((\d+)\):([a-z])([+-])=(.*)$/.exec(line);
    const assignment = /^([a-z])=(.*)$/.exec(line);
    if (loop !== null) {
      const [, turns, name = "", sign, code = ""] = loop;
      for (let x = 0; x < Number(turns); x++)
        variables.set(name, variables.get(name)! + (sign === "+" ? 1 : -1) * new Expression(code, variables).value());
    } else if (assignment !== null) variables.set(assignment[1]!, new Expression(assignment[2]!, variables).value());
    else return String(new Expression(/^print\((.*)\)$/.exec(line)![1]!, variables).value());
  }
  throw new Error(`prints nothing: ${program}`);
}

/** By precedence: conditional, comparison, sum, product, then numbers, variables and parentheses. */
class Expression {
  readonly #tokens: string[];
  readonly #variables: ReadonlyMap<string, number>;

  constructor(code: string, variables: ReadonlyMap<string, number>) {
    this.#tokens = code.match(/\d+|[a-z]+|\S/g) ?? [];
    this.#variables = variables;
  }

  value(): number {
    const value = this.#conditional();
    if (this.#tokens.length > 0) throw new Error(`not understood: ${this.#tokens.join(" ")}`);
    return value;
  }

  #conditional(): number {
    const yes = this.#comparison();
    if (this.#tokens[0] !== "if") return yes;
    this.#tokens.shift();
    const holds = this.#comparison();
    if (this.#tokens.shift() !== "else") throw new Error("if without else");
    const no = this.#conditional();
    return holds === 0 ? no : yes;
  }

  #comparison(): number {
    const left = this.#sum();
    if (this.#tokens[0] !== "<" && this.#tokens[0] !== ">") return left;
    const less = this.#tokens.shift() === "<";
    const right = this.#sum();
    return Number(less ? left < right : left > right);
  }

  #sum(): number {
    let value = this.#product();
    while (this.#tokens[0] === "+" || this.#tokens[0] === "-") value += this.#tokens.shift() === "+" ? this.#product() : -this.#product();
    return value;
  }

  #product(): number {
    let value = this.#atom();
    while (this.#tokens[0] === "*") {
      this.#tokens.shift();
      value *= this.#atom();
    }
    return value;
  }

  #atom(): number {
    const token = this.#tokens.shift() ?? "";
    if (token === "(") {
      const value = this.#conditional();
      if (this.#tokens.shift() !== ")") throw new Error("a parenthesis is open");
      return value;
    }
    const value = /^\d+$/.test(token) ? Number(token) : this.#variables.get(token);
    if (value === undefined) throw new Error(`not understood: ${token}`);
    return value;
  }
}
