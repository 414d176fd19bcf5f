import type { S2sModelElement } from "@s2s/runtime/element";
import type { Frame, Page } from "playwright-core";

export const ELEMENT = (src: string, attributes = ""): string => `<s2s-model src="${src}" ${attributes}></s2s-model>`;

/** Types a text into the page's element as a visitor does, sends it, and waits until there is an answer or an error. */
export async function ask(page: Page | Frame, text: string) {
  const element = page.locator("s2s-model").first();
  await element.locator("textarea").fill(text);
  await element.locator("textarea").press("Enter");
  return element.evaluate(async (node) => {
    const model = node as S2sModelElement;
    await new Promise((resolve) => {
      const look = (): unknown => (model.value !== "" || model.matches(":state(failed)") ? resolve(undefined) : setTimeout(look, 10));
      look();
    });
    const part = (name: string): string => model.shadowRoot?.querySelector(`[part~=${name}]`)?.textContent ?? "";
    const { device, thread, precision } = model.model ?? {};
    return { answer: part("output"), error: part("error"), device: device?.name, thread: thread?.kind, reason: thread?.reason, precision };
  });
}
