import { inspect } from "node:util";

const MASK = "[secret]";

/**
 * A value that cannot be printed by accident: string conversion, JSON and `util.inspect` all give `[secret]`.
 * Only {@link Secret.reveal} gives the value, so every use of a secret can be found by that word.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
