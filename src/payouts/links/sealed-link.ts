import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { LinkRecord, LinkSecrets, NewLink, NewPayout, NewToken, Payout } from "../../core/payout.ts";
import { linkStateNow } from "../../core/payout.ts";
import {
  type LinkOptions,
  LinkOptionsSchema,
  LinkState,
  type PayoutLink,
  PayoutLinkSchema,
} from "../../gen/sluice/v1/link_pb.ts";
import type { Keys } from "../../security/keys.ts";
import { linkToken } from "../../security/link-token.ts";
import { seal, unseal } from "../../security/seal.ts";
import { Secret } from "../../security/secret.ts";

/** What makes and shows links. */
export interface LinkMaker {
  readonly keys: Keys;
  /** What links begin with, without a trailing slash. */
  publicUrl(): string;
  /** Milliseconds since 1970. */
  now(): number;
}

/** What a link is made of. */
export interface LinkWish {
  readonly options: LinkOptions | undefined;
  readonly expiresAtMs: number;
  /** What the caller sent in x-connector-config, in JSON: for what is done when the caller is not there. */
  readonly credentials: Secret;
}

/** The link of a payout about to be made. Options are sealed, since they can name the recipient. */
export function newLink(
  { keys }: Pick<LinkMaker, "keys">,
  payoutId: string,
  { options = create(LinkOptionsSchema), expiresAtMs, credentials }: LinkWish,
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

/** A link as its caller sees it now. The URL is derived again, so it is the same at every repeat. */
export function showLink(maker: LinkMaker, { payout, paymentAttempts }: LinkRecord): PayoutLink {
  const { link } = payout;
  const ours = create(PayoutLinkSchema, {
    ...asMade(maker, payout),
    state: LinkState[linkStateNow(payout, maker.now()) ?? link.state],
    attempts: paymentAttempts,
    ...(link.openedAtMs !== undefined && { openTime: timestampFromMs(link.openedAtMs) }),
    ...(link.claimedAtMs !== undefined && { claimTime: timestampFromMs(link.claimedAtMs) }),
    ...(link.completedAtMs !== undefined && { completeTime: timestampFromMs(link.completedAtMs) }),
  });
  return withHosted(ours, readHosted(maker, payout));
}

/** A payout with its link, as it was when they were made. */
export interface MadeLink extends Pick<NewPayout, "id" | "merchantPayoutId" | "connector"> {
  readonly link: NewLink;
  readonly createdAtMs: number;
}

/** A link as it was when it was made, whatever has become of it since; but with the URL that leads to it now. */
export function showNewLink(maker: LinkMaker, made: MadeLink): PayoutLink {
  return create(PayoutLinkSchema, asMade(maker, made));
}

function asMade(maker: LinkMaker, made: MadeLink) {
  const { id, link, createdAtMs, connector, merchantPayoutId } = made;
  const { branding, items, metadata, nickname } = readOptions(maker, { id, link });
  return {
    id,
    url: linkUrl(maker, id, link),
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
function linkUrl(maker: LinkMaker, payoutId: string, { keyId, generation }: NewLink): string {
  const key = maker.keys.byId(keyId);
  return key ? `${maker.publicUrl()}/l/${linkToken(key, payoutId, generation).text}` : "";
}

/**
 * The options of a payout's link.
 *
 * @throws Error where the key that they were sealed with is no longer the server's.
 */
export function readOptions(
  { keys }: Pick<LinkMaker, "keys">,
  { id, link }: Pick<MadeLink, "id" | "link">,
): LinkOptions {
  if (link.options.length === 0) return create(LinkOptionsSchema);
  return fromBinary(LinkOptionsSchema, unseal(keys, link.options, optionsContext(id)));
}

/**
 * The credentials of a link, as {@link newLink} sealed them: the JSON that the caller sent.
 *
 * @throws Error where they are of another payout, or the key that they were sealed with is no longer the server's.
 */
export function openCredentials(
  { keys }: Pick<LinkMaker, "keys">,
  payoutId: string,
  sealed: Uint8Array,
): Secret {
  return new Secret(Buffer.from(unseal(keys, sealed, credentialsContext(payoutId))).toString());
}

/** What a provider says of a link whose page is its own, for the store. Sealed, since it holds the link's URL. */
export function sealHosted(
  { keys }: Pick<LinkMaker, "keys">,
  payoutId: string,
  hosted: PayoutLink,
): Uint8Array {
  return seal(keys, toBinary(PayoutLinkSchema, hosted), hostedContext(payoutId));
}

/** What the provider last said of a payout's link; undefined where the page is ours. */
export function readHosted(
  { keys }: Pick<LinkMaker, "keys">,
  { id, link }: Pick<Payout, "id" | "link">,
): PayoutLink | undefined {
  return link?.hosted && fromBinary(PayoutLinkSchema, unseal(keys, link.hosted, hostedContext(id)));
}

/** A link with what the provider says of its own page: where it is, until when, and whether it was delivered. */
export function withHosted(ours: PayoutLink, hosted: PayoutLink | undefined): PayoutLink {
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

function hostedContext(payoutId: string): string {
  return `hosted link ${payoutId}`;
}

function optionsContext(payoutId: string): string {
  return `link options ${payoutId}`;
}

function credentialsContext(payoutId: string): string {
  return `link credentials ${payoutId}`;
}
