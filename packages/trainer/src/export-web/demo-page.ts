import type { TaskName } from "@s2s/runtime/manifest";

/** The demo page's file in a site. */
export const DEMO_PAGE = "index.html";

/** What the page as it is installed says of its model. */
const SRC = 'src="bundle/"';

/**
 * The demo page for a model, with its task in the element, so that it looks right before the model is there.
 * @param src address of the model, where it is no bundle in `bundle/`
 */
export function demoPage(installed: string, task: TaskName, src = "bundle/"): string {
  return installed.replace(SRC, `src="${src}" task="${task}"`);
}
