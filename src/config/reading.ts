/** A variable of the environment, as the README's table has it. */
export interface Variable {
  readonly name: string;
  /** A value, or words for where one comes from. */
  readonly default: string;
  readonly about: string;
}

/** The environment while it is read: keeps every mistake, so that all can be told at once. */
export interface Reading {
  /**
   * Reads one variable, or its default. `parse` throws a TypeError that goes on from the variable's name; the variable is then
   * undefined, and the mistake kept.
   */
  read<T>(name: string, parse: (text: string) => T): T | undefined;
  /** What a variable says; empty where it is not set. */
  text(name: string): string;
  /** Keeps a mistake that concerns several variables. */
  mistake(words: string): void;
}

/** Tells a default that is a value from words for where one comes from. */
const isValue = /^[a-z0-9.:/]+$/;

/** Begins to read an environment. Mistakes are added to the list. */
export function createReading(
  environment: Readonly<Record<string, string | undefined>>,
  variables: readonly Variable[],
  mistakes: string[],
): Reading {
  const defaults = new Map(
    variables
      .filter((variable) => isValue.test(variable.default))
      .map(({ name, default: value }) => [name, value]),
  );
  return {
    read(name, parse) {
      try {
        return parse(environment[name] || defaults.get(name) || "");
      } catch (error) {
        mistakes.push(`${name} ${(error as Error).message}`);
        return undefined;
      }
    },
    text: (name) => environment[name] ?? "",
    mistake: (words) => mistakes.push(words),
  };
}
