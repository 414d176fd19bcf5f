import { defineElement } from "./define.ts";

export { S2sModelElement } from "./element.ts";
export type { ErrorDetail, LoadDetail, ResultDetail, S2sModelEventMap, TokenDetail } from "./events.ts";
export type { Strings } from "./strings.ts";

defineElement();
