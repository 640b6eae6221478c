import type { Environment } from "./recorder/test-host.ts";

/** What a command is run with. */
export interface Invocation {
  /** Where the connectors are. */
  readonly folder: URL;
  /** The words after the command's name. */
  readonly words: readonly string[];
  readonly options: { readonly case?: string | undefined; readonly id?: string | undefined };
  readonly environment: Environment;
  print(line: string): void;
}

/** A command of `npm run connector`. */
export interface Command {
  /** The words that it takes, as the usage shows them. */
  readonly words: readonly string[];
  /** What it does, in a few words. */
  readonly about: string;
  /** Resolves to the exit code: 0, or 1 where something is wrong. */
  run(invocation: Invocation): Promise<number>;
}

/** The repository's own connectors. */
export const ownFolder = new URL("../connectors/", import.meta.url);
