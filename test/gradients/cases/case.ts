import type { Operator } from "@s2s/graph-builder";
import type { GradientCheck } from "../../support/check-gradient.ts";

/** Directional checks by the operator whose rule they check. */
export type OperatorCases = Partial<Record<Operator, Readonly<Record<string, GradientCheck>>>>;
