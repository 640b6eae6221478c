import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { linkStateAt } from "../../core/link-state.ts";
import type { LinkRecord, NewLink, NewPayout } from "../../core/payout.ts";
import { LinkState, type PayoutLink, PayoutLinkSchema } from "../../gen/sluice/v1/link_pb.ts";
import { linkToken } from "../../security/link-token.ts";
import { readOptions, readProviderLink, type SealingKeys } from "./secrets.ts";

/** What presenting a link depends on: its keys, where links begin, and the time. */
export interface LinkContext extends SealingKeys {
  /** What links begin with, without a trailing slash. */
  publicUrl(): string;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A link as its caller sees it now. The URL is derived again, so it is the same at every repeat. */
export function presentLink(context: LinkContext, { payout, paymentAttempts }: LinkRecord): PayoutLink {
  const { link } = payout;
  const ours = create(PayoutLinkSchema, {
    ...asMade(context, payout),
    state: LinkState[linkStateAt(payout, context.now()) ?? link.state],
    attempts: paymentAttempts,
    ...(link.openedAtMs !== undefined && { openTime: timestampFromMs(link.openedAtMs) }),
    ...(link.claimedAtMs !== undefined && { claimTime: timestampFromMs(link.claimedAtMs) }),
    ...(link.completedAtMs !== undefined && { completeTime: timestampFromMs(link.completedAtMs) }),
  });
  return withProviderLink(ours, readProviderLink(context, payout));
}

/** A payout with its link, as it was when they were made. */
export interface MadeLink extends Pick<NewPayout, "id" | "merchantPayoutId" | "connector"> {
  readonly link: NewLink;
  readonly createdAtMs: number;
}

/** A link as it was when it was made, whatever has become of it since; but with the URL that leads to it now. */
export function presentNewLink(context: LinkContext, made: MadeLink): PayoutLink {
  return create(PayoutLinkSchema, asMade(context, made));
}

function asMade(context: LinkContext, made: MadeLink) {
  const { id, link, createdAtMs, connector, merchantPayoutId } = made;
  const { branding, items, metadata, nickname } = readOptions(context, { id, link });
  return {
    id,
    url: linkUrl(context, id, link),
    state: LinkState.ACTIVE,
    createTime: timestampFromMs(createdAtMs),
    expireTime: timestampFromMs(link.expiresAtMs),
    ...(branding && { branding }),
    items,
    metadata,
    ...(nickname !== undefined && { nickname }),
    ...(merchantPayoutId !== undefined && { merchantPayoutId }),
    connector,
  };
}

/** What the recipient opens. Empty where the key that made the link is no longer the server's. */
function linkUrl(context: LinkContext, payoutId: string, { keyId, generation }: NewLink): string {
  const key = context.keys.byId(keyId);
  return key ? `${context.publicUrl()}/l/${linkToken(key, payoutId, generation).text}` : "";
}

/** A link with what the provider says of its own page: where it is, until when, and whether it was delivered. */
export function withProviderLink(ours: PayoutLink, hosted: PayoutLink | undefined): PayoutLink {
  if (!hosted) return ours;
  const { expireTime: _ours, ...rest } = ours;
  const { url, expireTime, deliveryState, connectorRecipientId, connectorTransactionId } = hosted;
  return {
    ...rest,
    ...(url && { url }),
    ...(expireTime && { expireTime }),
    deliveryState,
    ...(connectorRecipientId !== undefined && { connectorRecipientId }),
    ...(connectorTransactionId !== undefined && { connectorTransactionId }),
  };
}
