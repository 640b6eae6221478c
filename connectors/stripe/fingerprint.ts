import type { KnownRecipient } from "./recipient.ts";

/**
 * A short mark of who an account is for, as part of the key that makes it: somebody who corrects their e-mail or country
 * makes another request. It tells requests apart and hides nothing; e-mail addresses themselves do not belong into keys.
 */
export function fingerprint({ email, country }: Pick<KnownRecipient, "email" | "country">): string {
  let mark = 0x811c9dc5;
  for (const character of `${email.toLowerCase()} ${country}`) {
    mark = Math.imul(mark ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return (mark >>> 0).toString(36);
}
