import type { RulesOf } from "./rule.ts";

export const convRules = { AveragePool: null, Conv: null, MaxPool: null } satisfies RulesOf;
