import { ManifestSchema } from "@s2s/runtime/manifest";
import { configJsonSchema } from "@s2s/trainer";
import { toJsonSchema } from "@valibot/to-json-schema";
import { Argument, Command } from "commander";
import { oneOf } from "../options/common.ts";
import type { Terminal } from "../terminal.ts";

const SCHEMAS = {
  config: configJsonSchema,
  manifest: () => toJsonSchema(ManifestSchema, { typeMode: "input" }),
};

const HELP = `
With {"$schema": "./s2s.schema.json", ...} in the configuration an editor completes and checks it.

Example:
  $ s2s schema config > s2s.schema.json`;

export function schemaCommand(terminal: Terminal): Command {
  return new Command("schema")
    .description("print the JSON Schema of the configuration file or of a bundle's manifest")
    .addArgument(new Argument("<which>", "config or manifest").argParser(oneOf("schema", Object.keys(SCHEMAS))))
    .addHelpText("after", HELP)
    .action((which: keyof typeof SCHEMAS) => terminal.print(JSON.stringify(SCHEMAS[which](), null, 2)));
}
