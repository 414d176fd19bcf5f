import { ortVersion, probeProvider, PROVIDERS, type ProviderReport } from "@s2s/runtime";
import { Command } from "commander";
import { jsonOption } from "../options/common.ts";
import { colorsFor, type Terminal } from "../terminal.ts";

/** What `s2s doctor --json` prints. */
interface Diagnosis {
  readonly node: string;
  readonly platform: string;
  readonly onnxruntime: string;
  readonly providers: readonly ProviderReport[];
}

export function doctorCommand(terminal: Terminal): Command {
  return new Command("doctor")
    .description("say what this machine can run, and what to install for the rest")
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ s2s doctor")
    .action(async ({ json = false }: { json?: boolean }) => {
      const diagnosis = await diagnose();
      if (json) terminal.printJson(diagnosis);
      else for (const line of lines(diagnosis, terminal)) terminal.print(line);
    });
}

async function diagnose(): Promise<Diagnosis> {
  const providers = await Promise.all(PROVIDERS.map((provider) => probeProvider(provider)));
  return { node: process.version, platform: `${process.platform} ${process.arch}`, onnxruntime: await ortVersion(), providers };
}

function lines({ node, platform, onnxruntime, providers }: Diagnosis, terminal: Terminal): string[] {
  const { green, yellow, bold } = colorsFor(terminal.stdout);
  return [
    `Node.js ${node} on ${platform}, ONNX Runtime ${onnxruntime}`,
    ...providers.flatMap((report) => {
      const name = bold(report.provider.padEnd(6));
      if (report.available) return [`${green("yes")}  ${name}  works`];
      return [`${yellow("no ")}  ${name}  ${report.why}`, `             ${report.install}`];
    }),
  ];
}
