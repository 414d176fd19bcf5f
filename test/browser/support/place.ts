import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { TestServer } from "./server.ts";

/** A folder of a test file's own, gone after its last test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "s2s-browser-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A host that runs until the file's last test. */
export async function startServer(): Promise<TestServer> {
  const server = await TestServer.start();
  afterAll(() => server.close());
  return server;
}
