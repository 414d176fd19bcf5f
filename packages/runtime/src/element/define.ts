import { S2sModelElement } from "./element.ts";

export const TAG = "s2s-model";

declare global {
  interface HTMLElementTagNameMap {
    "s2s-model": S2sModelElement;
  }
}

/** Makes `<s2s-model>` known to the page. Without effect on a server, or where another copy of this module did so before. */
export function defineElement(): void {
  if (typeof customElements !== "undefined" && !customElements.get(TAG)) customElements.define(TAG, S2sModelElement);
}
