import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type LinkOptions,
  LinkOptionsSchema,
  LinkState,
  type PayoutLink,
  PayoutLinkSchema,
} from "../gen/sluice/v1/link_pb.ts";
import type { Link, NewLink } from "../ledger/ledger.ts";
import type { Keys } from "../security/keys.ts";
import { linkToken } from "../security/link-token.ts";
import { seal, unseal } from "../security/seal.ts";
import { lifetimeMs } from "./link-options.ts";

/** What makes and shows links. */
export interface LinkMaker {
  readonly keys: Keys;
  /** What links begin with, without a trailing slash. */
  publicUrl(): string;
}

/** The link of a payout about to be made. Options are sealed, since they can name the recipient. */
export function newLink(
  maker: LinkMaker,
  payoutId: string,
  options: LinkOptions | undefined,
  nowMs: number,
): NewLink {
  const generation = 1;
  const key = maker.keys.current;
  const plain = toBinary(LinkOptionsSchema, options ?? create(LinkOptionsSchema));
  return {
    tokenHash: linkToken(key, payoutId, generation).hash,
    keyId: key.id,
    generation,
    expiresAtMs: nowMs + lifetimeMs(options),
    options: plain.length === 0 ? plain : seal(maker.keys, plain, `link options ${payoutId}`),
  };
}

/** What the ledger knows of a link that is to be shown. */
export interface ShownLink {
  readonly payoutId: string;
  readonly link: NewLink | Link;
  readonly createdAtMs: number;
}

/** A link as its caller sees it. The URL is derived again, so it is the same at every repeat. */
export function showLink(maker: LinkMaker, shown: ShownLink): PayoutLink {
  const { payoutId, link } = shown;
  const options = readOptions(maker, shown);
  const state = "state" in link ? link.state : "ACTIVE";
  return create(PayoutLinkSchema, {
    id: payoutId,
    url: linkUrl(maker, shown),
    state: LinkState[state],
    createTime: timestampFromMs(shown.createdAtMs),
    expireTime: timestampFromMs(link.expiresAtMs),
    ...(options.branding && { branding: options.branding }),
    items: options.items,
    metadata: options.metadata,
    ...(options.nickname !== undefined && { nickname: options.nickname }),
  });
}

/** What the recipient opens. Empty where the key that made the link is no longer the server's. */
function linkUrl(maker: LinkMaker, { payoutId, link }: ShownLink): string {
  const key = maker.keys.byId(link.keyId);
  return key ? `${maker.publicUrl()}/l/${linkToken(key, payoutId, link.generation).text}` : "";
}

function readOptions(maker: LinkMaker, { payoutId, link }: ShownLink): LinkOptions {
  if (link.options.length === 0) return create(LinkOptionsSchema);
  return fromBinary(LinkOptionsSchema, unseal(maker.keys, link.options, `link options ${payoutId}`));
}
