import { UserError } from "@s2s/runtime";

export interface Device {
  readonly name: string;
  readonly where: "node" | "page" | "worker";
  readonly provider: "cpu" | "cuda" | "webgpu" | "wasm";
}

/** All that a model can be held against the reference on. The first is what the others are compared with as well. */
export const DEVICES = [
  { name: "node-cpu", where: "node", provider: "cpu" },
  { name: "node-wasm", where: "node", provider: "wasm" },
  { name: "node-webgpu", where: "node", provider: "webgpu" },
  { name: "node-cuda", where: "node", provider: "cuda" },
  { name: "chromium-wasm", where: "page", provider: "wasm" },
  { name: "chromium-wasm-worker", where: "worker", provider: "wasm" },
  { name: "chromium-webgpu", where: "page", provider: "webgpu" },
] as const satisfies readonly Device[];

export const DEVICE_NAMES: readonly string[] = DEVICES.map(({ name }) => name);

/** CUDA's library is a download of hundreds of megabytes: who has it asks for it. */
const ON_REQUEST = new Set(["node-cuda"]);

/** Devices by their names, of which those of Node may be short; without names all but what is used on request. @throws UserError for another name */
export function chooseDevices(names?: readonly string[]): Device[] {
  if (names === undefined) return DEVICES.filter(({ name }) => !ON_REQUEST.has(name));
  const chosen = names.map((name) => {
    const found = DEVICES.find((device) => device.name === name || device.name === `node-${name}`);
    if (!found) {
      throw new UserError(
        `unknown device ${JSON.stringify(name)}: choose of ${DEVICE_NAMES.join(", ")}; cpu, wasm, webgpu and cuda are Node's`,
      );
    }
    return found;
  });
  if (chosen.length === 0) throw new UserError(`no device is given: choose of ${DEVICE_NAMES.join(", ")}`);
  // Each once, and in one order: what is compared with node-cpu comes after it.
  return DEVICES.filter((device) => (chosen as Device[]).includes(device));
}
