import { invalidField } from "../../core/failure.ts";
import type { LinkPosition } from "../../ledger/ledger.ts";
import type { Keys } from "../../security/keys.ts";
import { seal, unseal } from "../../security/seal.ts";

const CONTEXT = "page token of a list of links";

/** A page token: where the list goes on, sealed, and the print of what was asked. */
export function writePageToken(keys: Keys, next: LinkPosition, print: string): string {
  const plain = JSON.stringify([print, next.createdAtMs, next.payoutId]);
  return Buffer.from(seal(keys, Buffer.from(plain), CONTEXT)).toString("base64url");
}

/**
 * Reads what {@link writePageToken} wrote.
 *
 * @throws Failure INVALID_DATA_FORMAT for a token that is not this server's, or was given for something else.
 */
export function readPageToken(keys: Keys, token: string, print: string): LinkPosition {
  const [given, createdAtMs, payoutId] = open(keys, token);
  if (given === print) return { createdAtMs, payoutId };
  throw invalidField(
    "page_token",
    "It is of a list with another filter, or of another merchant. Send the filter of the call that gave it, or leave it out.",
  );
}

function open(keys: Keys, token: string): readonly [string, number, string] {
  try {
    return JSON.parse(Buffer.from(unseal(keys, Buffer.from(token, "base64url"), CONTEXT)).toString());
  } catch {
    throw invalidField(
      "page_token",
      "It is no token of this server's. Write next_page_token of the reply before, or leave it out.",
    );
  }
}
