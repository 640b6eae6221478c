import { sql } from "../sql/sql.ts";
import { findAttempt, findPayout } from "./finding.ts";
import { findCredentials, findLink, findLinkById, listPaymentAttempts } from "./link-finding.ts";
import { scanLinks } from "./link-listing.ts";
import { markOpened, reopenLink, replaceToken, resetCodeGuesses, takeCodeGuess } from "./link-writing.ts";
import { open, openNew, record, recordNew } from "./opening.ts";
import { applyUpdate, complete, release, renew, takeOver } from "./settling.ts";
import { ask, type Unit } from "./unit.ts";

/** Every unit of work, by the name of the {@link Ledger} method that asks for it; `listLinks` asks for `scanLinks`. */
export const units = {
  open,
  record,
  complete,
  release,
  takeOver,
  renew,
  findAttempt,
  findPayout,
  applyUpdate,
  findLink,
  findLinkById,
  markOpened,
  reopenLink,
  takeCodeGuess,
  resetCodeGuesses,
  findCredentials,
  replaceToken,
  scanLinks,
  listPaymentAttempts,
  *ping(): Unit<void> {
    yield* ask(sql.ping);
  },
} as const;

/** Short forms for what is nearly always the case. They fail where it is not, and undefined says that it cannot be. */
const shortcuts: { readonly [N in UnitName]?: (...input: UnitInput<N>) => Unit<UnitResult<N>> | undefined } =
  { open: openNew, record: recordNew };

export type UnitName = keyof typeof units;

/** What a unit is given. */
export type UnitInput<N extends UnitName> = Parameters<(typeof units)[N]>;

/** What a unit returns. */
export type UnitResult<N extends UnitName> = ReturnType<(typeof units)[N]> extends Unit<infer T> ? T : never;

/** Begins a unit by name, for an engine that carries it out. `run` is 1 at first; only then a short form is tried. */
export function begin<N extends UnitName>(name: N, input: UnitInput<N>, run: number): Unit<UnitResult<N>> {
  const short = run === 1 ? shortcuts[name]?.(...input) : undefined;
  if (short) return short;
  const unit = units[name] as (...input: UnitInput<N>) => Unit<UnitResult<N>>;
  return unit(...input);
}
