// The root script `s2s`. npm and pnpm start a script in the root's folder; a person who calls it from a subfolder means paths from
// there, and INIT_CWD keeps that folder. It is inherited by everything below a script, so it is believed only where this script is
// what was called: never by the published command, which knows nothing of it.
if (process.env.npm_lifecycle_event === "s2s" && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

await import("../packages/cli/bin/s2s.mjs");
