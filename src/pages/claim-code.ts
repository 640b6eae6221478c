import { createHash, timingSafeEqual } from "node:crypto";
import type { Ledger } from "../ledger/ledger.ts";

/** What became of a code that a recipient entered. */
export type CodeEnd =
  | { readonly kind: "right" }
  | { readonly kind: "wrong" }
  | { readonly kind: "locked"; readonly untilMs: number };

/**
 * Compares a link's code with what the recipient entered. A try is taken first, so that those who send many at once get no
 * more than the others.
 */
export async function checkClaimCode(
  ledger: Pick<Ledger, "takeCodeGuess" | "resetCodeGuesses">,
  payoutId: string,
  expected: string,
  given: string,
): Promise<CodeEnd> {
  const { isAllowed, lockedUntilMs } = await ledger.takeCodeGuess(payoutId);
  if (!isAllowed) return { kind: "locked", untilMs: lockedUntilMs };
  if (!timingSafeEqual(digest(expected), digest(given))) return { kind: "wrong" };
  await ledger.resetCodeGuesses(payoutId);
  return { kind: "right" };
}

/** Of one length, whatever the code's. */
function digest(code: string): Buffer {
  return createHash("sha256").update(code).digest();
}
