import { graphSource, type Bundle } from "./bundle.ts";
import { requireAgreement } from "./check-graph.ts";
import { UserError } from "./errors.ts";
import type { GraphInfo } from "./manifest.ts";
import { createSession, type Session, type SessionOptions } from "./ort.ts";

/** A session of a bundle's graph. @throws UserError when the provider is not there or the graph is not the one that the manifest describes */
export async function openGraph(bundle: Bundle, info: GraphInfo, options: SessionOptions): Promise<Session> {
  const where = bundle.files.locate(info.file);
  const session = await createSession(await graphSource(bundle, info), options).catch((error: unknown) => {
    // Whatever is wrong with a graph that came from elsewhere, it is the bundle's fault and not this program's.
    throw error instanceof UserError ? error : new UserError(`${where}: ${describe(error)}; export the bundle again`, { cause: error });
  });
  try {
    requireAgreement(where, info, session);
    return session;
  } catch (error) {
    await session.release();
    throw error;
  }
}

function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `ONNX Runtime cannot load this graph (${text.replaceAll(/\s+/g, " ").slice(0, 300)})`;
}
