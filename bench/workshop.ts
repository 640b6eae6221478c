import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MeasuredProcess, startMeasured } from "./measured-process.ts";

/** Where rows get what they measure. */
export interface Workshop {
  /** A new empty folder, removed when the bench ends. */
  folder(): string;
  /** Starts the service as `npm start` does, on an empty database of its own unless the environment names another. */
  startSluice(environment?: Readonly<Record<string, string>>): Promise<MeasuredProcess>;
  /** Starts a program of `bench/programs`. */
  startProgram(name: string, environment?: Readonly<Record<string, string>>): Promise<MeasuredProcess>;
}

/** Makes a workshop. With `profileFolder`, every Sluice writes CPU profiles into it. */
export function openWorkshop(profileFolder: string | undefined): Workshop & Disposable {
  const root = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  const folder = () => mkdtempSync(join(root, "part-"));
  return {
    folder,
    startSluice: (environment) => {
      const data = folder();
      return startMeasured({
        program: "src/main.ts",
        folder: data,
        profileFolder,
        environment: {
          SLUICE_LISTEN: "127.0.0.1:0",
          SLUICE_DATABASE_URL: `sqlite:${join(data, "sluice.db")}`,
          ...environment,
        },
      });
    },
    startProgram: (name, environment = {}) =>
      startMeasured({ program: `bench/programs/${name}.ts`, folder: folder(), environment }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
