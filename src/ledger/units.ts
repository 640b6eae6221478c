import { findAttempt, findPayout } from "./finding.ts";
import { open, record } from "./opening.ts";
import { observe, release, renew, settle, takeOver } from "./settling.ts";
import { sql } from "./sql.ts";
import { ask, type Unit } from "./unit.ts";

/** Every unit of work, by the name of the {@link Ledger} method that asks for it. */
export const units = {
  open,
  record,
  settle,
  release,
  takeOver,
  renew,
  findAttempt,
  findPayout,
  observe,
  *ping(): Unit<void> {
    yield* ask(sql.ping);
  },
} as const;

export type UnitName = keyof typeof units;

/** What a unit is given. */
export type UnitInput<N extends UnitName> = Parameters<(typeof units)[N]>;

/** What a unit returns. */
export type UnitResult<N extends UnitName> = ReturnType<(typeof units)[N]> extends Unit<infer T> ? T : never;

/** Begins a unit by name, for an engine that carries it out. */
export function begin<N extends UnitName>(name: N, input: UnitInput<N>): Unit<UnitResult<N>> {
  const unit = units[name] as (...input: UnitInput<N>) => Unit<UnitResult<N>>;
  return unit(...input);
}
