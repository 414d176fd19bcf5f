import { defineConfig } from "vitest/config";

// Packages resolve to their sources (the "s2s-source" condition), so unit tests need no build; end-to-end tests start the built bin.
export default defineConfig({
  resolve: { conditions: ["s2s-source"] },
  ssr: { resolve: { conditions: ["s2s-source"], externalConditions: ["s2s-source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
