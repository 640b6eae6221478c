import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { linkStateAt } from "../core/link-state.ts";
import type { LinkRecord, LinkSecrets, NewLink, NewPayout, NewToken, Payout } from "../core/payout.ts";
import {
  type LinkOptions,
  LinkOptionsSchema,
  LinkState,
  type PayoutLink,
  PayoutLinkSchema,
} from "../gen/sluice/v1/link_pb.ts";
import { type Keys, linkToken } from "../security/keys.ts";
import { seal, unseal } from "../security/seal.ts";
import { Secret } from "../security/secret.ts";

/** The keys that a link's secrets are sealed with, and its token made from. */
export interface SealingKeys {
  readonly keys: Keys;
}

/** What a link is made of. */
export interface NewLinkParams {
  readonly options: LinkOptions | undefined;
  readonly expiresAtMs: number;
  /** What the caller sent in x-connector-config, in JSON: for operations when the caller is not there. */
  readonly credentials: Secret;
}

/** The link of a payout about to be made. Options are sealed, since they can name the recipient. */
export function newLink(
  { keys }: SealingKeys,
  payoutId: string,
  { options = create(LinkOptionsSchema), expiresAtMs, credentials }: NewLinkParams,
): NewLink & LinkSecrets {
  const plain = toBinary(LinkOptionsSchema, options);
  return {
    ...newToken(keys, payoutId, 1),
    expiresAtMs,
    options: plain.length === 0 ? plain : seal(keys, plain, optionsContext(payoutId)),
    credentials: seal(keys, Buffer.from(credentials.reveal()), credentialsContext(payoutId)),
    metadataKeys: Object.keys(options.metadata),
  };
}

/** The token of a link's generation, made with the current key. */
export function newToken(keys: Keys, payoutId: string, generation: number): NewToken {
  const key = keys.current;
  return { tokenHash: linkToken(key, payoutId, generation).hash, keyId: key.id, generation };
}

/**
 * The options of a payout's link.
 *
 * @throws Error where the key that they were sealed with is no longer the server's.
 */
export function readOptions(
  { keys }: SealingKeys,
  { id, link }: { readonly id: string; readonly link: NewLink },
): LinkOptions {
  if (link.options.length === 0) return create(LinkOptionsSchema);
  return fromBinary(LinkOptionsSchema, unseal(keys, link.options, optionsContext(id)));
}

/**
 * The credentials of a link, as {@link newLink} sealed them: the JSON that the caller sent.
 *
 * @throws Error where they are of another payout, or the key that they were sealed with is no longer the server's.
 */
export function openCredentials({ keys }: SealingKeys, payoutId: string, sealed: Uint8Array): Secret {
  return new Secret(Buffer.from(unseal(keys, sealed, credentialsContext(payoutId))).toString());
}

/** What a provider says of a link whose page is its own, for the store. Sealed, since it holds the link's URL. */
export function sealProviderLink({ keys }: SealingKeys, payoutId: string, link: PayoutLink): Uint8Array {
  return seal(keys, toBinary(PayoutLinkSchema, link), providerLinkContext(payoutId));
}

/** What the provider last said of a payout's link; undefined where the page is ours. */
export function readProviderLink(
  { keys }: SealingKeys,
  { id, link }: Pick<Payout, "id" | "link">,
): PayoutLink | undefined {
  return link?.hosted && fromBinary(PayoutLinkSchema, unseal(keys, link.hosted, providerLinkContext(id)));
}

function providerLinkContext(payoutId: string): string {
  return `hosted link ${payoutId}`;
}

function optionsContext(payoutId: string): string {
  return `link options ${payoutId}`;
}

function credentialsContext(payoutId: string): string {
  return `link credentials ${payoutId}`;
}

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
