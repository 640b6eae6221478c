import { type Context, invalidField } from "../../src/connector/contract.ts";
import type { Tagged } from "./shapes.ts";

/** The tag by which the result of an attempt is found again. */
const ATTEMPT_TAG = "sluice_attempt";
const ownTags: readonly string[] = [ATTEMPT_TAG, "sluice_payout", "merchant_payout_id"];
const MAX_TAGS = 50;

/**
 * The caller's metadata and this connector's own tags.
 *
 * @throws Failure INVALID_DATA_FORMAT where the two do not fit together.
 */
export function tagsFor(
  context: Context<unknown>,
  merchantPayoutId: string | undefined,
  metadata: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const names = Object.keys(metadata);
  const most = MAX_TAGS - ownTags.length;
  if (names.length > most)
    throw invalidField(
      "link_options.metadata",
      `Write at most ${most} entries: Finix takes ${MAX_TAGS} tags, and ${ownTags.length} are written by this connector.`,
    );
  const taken = names.find((name) => ownTags.includes(name));
  if (taken)
    throw invalidField(
      "link_options.metadata",
      `Use another key than ${taken}, which this connector writes by itself.`,
    );
  return {
    ...metadata,
    [ATTEMPT_TAG]: context.idempotencyKey,
    ...(context.payout && { sluice_payout: context.payout.id }),
    ...(merchantPayoutId && { merchant_payout_id: merchantPayoutId }),
  };
}

/** Whether the attempt made this object. */
export function isOfAttempt({ tags }: Tagged, { idempotencyKey }: Context<unknown>): boolean {
  return tags?.[ATTEMPT_TAG] === idempotencyKey;
}
