/** On a server there are no elements; a page's modules must still be importable there. */
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/** The part of a form-associated element that is the same in every one: what HTML's own controls have. */
export class FormControl extends Base {
  static readonly formAssociated = true;
  protected readonly internals = this.attachInternals();
  #message = "";

  get form(): HTMLFormElement | null {
    return this.internals.form;
  }
  get labels(): NodeList {
    return this.internals.labels;
  }
  get validity(): ValidityState {
    return this.internals.validity;
  }
  get validationMessage(): string {
    return this.internals.validationMessage;
  }
  get willValidate(): boolean {
    return this.internals.willValidate;
  }
  checkValidity(): boolean {
    return this.internals.checkValidity();
  }
  reportValidity(): boolean {
    return this.internals.reportValidity();
  }
  setCustomValidity(message: string): void {
    this.#message = message;
    this.validate();
  }

  /** Sets the validity anew. What the page says of it comes before what the element itself finds. */
  protected validate(flags: ValidityStateFlags = {}, message = "", anchor?: HTMLElement): void {
    if (this.#message !== "") this.internals.setValidity({ customError: true }, this.#message, anchor);
    else this.internals.setValidity(flags, message, anchor);
  }

  /** Turns a state that style sheets see as `:state(name)` on or off; browsers before 2024 lack them. */
  protected toggleState(name: string, on: boolean): void {
    if (on) this.internals.states?.add(name);
    else this.internals.states?.delete(name);
  }
}
