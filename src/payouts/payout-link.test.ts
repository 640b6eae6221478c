import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { aPayout, scope } from "../../test/support/stores/ledger-facts.ts";
import type { Link, LinkRecord } from "../core/payout.ts";
import { LinkOptionsSchema, LinkState } from "../gen/sluice/v1/link_pb.ts";
import { linkTokenHash, parseKeys } from "../security/keys.ts";
import { Secret } from "../security/secret.ts";
import {
  newLink,
  newToken,
  openCredentials,
  presentLink,
  presentNewLink,
  readOptions,
} from "./payout-link.ts";

const keys = parseKeys(Buffer.alloc(32, 1).toString("base64"));
const maker = { keys, publicUrl: () => "https://pay.example", now: () => 5_000 };
const canary = '{"Acme":{"api_key":"sk_test_canary_sealed"}}';
const options = create(LinkOptionsSchema, {
  nickname: "Rent",
  metadata: { order: "7", customer: "Ann" },
  branding: { senderName: "Acme" },
  items: [{ name: "A thing" }],
});
const wish = { options, expiresAtMs: 6_000, credentials: new Secret(canary) };

function record(given: Partial<Link> = {}, status = 11): LinkRecord {
  const { credentials: _credentials, metadataKeys: _keys, ...made } = newLink(maker, "id-1", wish);
  const times = { openedAtMs: undefined, claimedAtMs: undefined, completedAtMs: undefined };
  const link: Link = { ...made, ...times, hosted: undefined, state: "ACTIVE", claimRound: 1, ...given };
  const facts = { scope, link, createdAtMs: 1_000, updatedAtMs: 1_000, version: 1 };
  const payout = { ...aPayout({ id: "id-1", merchantPayoutId: "order-1" }), status, ...facts };
  return { payout, paymentAttempts: 2, openAttempt: undefined };
}

describe("a new link", () => {
  it("keeps nothing that can be read of its options and its credentials, which open again for its payout alone", () => {
    const link = newLink(maker, "id-1", wish);
    for (const word of ["Rent", "Ann", "canary"]) expect(JSON.stringify(link)).not.toContain(word);
    const stored = Buffer.concat([link.options, link.credentials]).toString("latin1");
    for (const word of ["Rent", "Ann", "canary"]) expect(stored).not.toContain(word);
    expect(readOptions(maker, { id: "id-1", link })).toEqual(options);
    expect(openCredentials(maker, "id-1", link.credentials).reveal()).toBe(canary);
    expect(() => readOptions(maker, { id: "id-2", link })).toThrow();
    expect(() => openCredentials(maker, "id-2", link.credentials)).toThrow();
    expect(() => openCredentials(maker, "id-1", link.options)).toThrow();
  });

  it("names the keys of its metadata, and has none without options", () => {
    expect(newLink(maker, "id-1", wish).metadataKeys).toEqual(["order", "customer"]);
    const bare = newLink(maker, "id-1", { ...wish, options: undefined });
    expect([bare.metadataKeys, bare.options.length]).toEqual([[], 0]);
  });

  it("gives credentials that cannot be printed", () => {
    const { credentials } = newLink(maker, "id-1", wish);
    expect(String(openCredentials(maker, "id-1", credentials))).toBe("[secret]");
  });
});

describe("a link that is shown", () => {
  it("says all that its caller gave and all that has become of it", () => {
    const { payout, paymentAttempts } = record({
      state: "COMPLETED",
      openedAtMs: 2_000,
      claimedAtMs: 3_000,
      completedAtMs: 4_000,
    });
    const shown = presentLink(maker, { payout, paymentAttempts, openAttempt: undefined });
    expect(shown).toMatchObject({
      id: "id-1",
      state: LinkState.COMPLETED,
      createTime: timestampFromMs(1_000),
      expireTime: timestampFromMs(6_000),
      openTime: timestampFromMs(2_000),
      claimTime: timestampFromMs(3_000),
      completeTime: timestampFromMs(4_000),
      attempts: 2,
      nickname: "Rent",
      metadata: { order: "7", customer: "Ann" },
      branding: { senderName: "Acme" },
      items: [{ name: "A thing" }],
      merchantPayoutId: "order-1",
      connector: "sandbox",
    });
    const [base, token = ""] = shown.url.split("/l/");
    expect([base, linkTokenHash(token)]).toEqual(["https://pay.example", payout.link.tokenHash]);
  });

  it("has run out when nobody used it in time, and has not when somebody did", () => {
    expect(presentLink(maker, record({ expiresAtMs: 5_000 })).state).toBe(LinkState.EXPIRED);
    expect(presentLink(maker, record({ expiresAtMs: 5_001 })).state).toBe(LinkState.ACTIVE);
    expect(presentLink(maker, record({ expiresAtMs: 5_000 }, 7)).state).toBe(LinkState.ACTIVE);
    expect(presentLink(maker, record({ expiresAtMs: 5_000, state: "CLAIMED" })).state).toBe(
      LinkState.CLAIMED,
    );
  });

  it("has another URL with another generation, and none where its key is gone", () => {
    const first = presentLink(maker, record());
    const token = newToken(keys, "id-1", 2);
    expect(presentLink(maker, record(token)).url).not.toBe(first.url);
    expect(presentLink(maker, record({ keyId: "00000000" })).url).toBe("");
  });

  it("as it was made is active, whatever has become of it", () => {
    const { payout } = record({ state: "COMPLETED", completedAtMs: 4_000, expiresAtMs: 1 });
    const shown = presentNewLink(maker, payout);
    expect(shown).toMatchObject({
      state: LinkState.ACTIVE,
      attempts: 0,
      nickname: "Rent",
      connector: "sandbox",
    });
    expect(shown.completeTime).toBeUndefined();
  });
});
