import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { LinkSecrets, NewLink, NewToken, Payout } from "../../core/payout.ts";
import {
  type LinkOptions,
  LinkOptionsSchema,
  type PayoutLink,
  PayoutLinkSchema,
} from "../../gen/sluice/v1/link_pb.ts";
import type { Keys } from "../../security/keys.ts";
import { linkToken } from "../../security/link-token.ts";
import { seal, unseal } from "../../security/seal.ts";
import { Secret } from "../../security/secret.ts";

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
