import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "kit/**/*.test.ts", "connectors/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["test/support/stores/postgres.setup.ts"],
    reporters: ["default", "./test/support/closing-line.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
