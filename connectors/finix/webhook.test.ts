import { describe, expect, it } from "vitest";
import type { WebhookRequest } from "../../src/connector/contract.ts";
import { Secret } from "../../src/security/secret.ts";
import { webhook } from "./webhook.ts";

const token = new Secret("canary-token");
const pair = new Secret("finix-hooks:canary-password");
const basic = `Basic ${Buffer.from(pair.reveal()).toString("base64")}`;
const event = (state: string, type = "updated") => ({
  id: `event_${state}`,
  entity: "payout_link",
  type,
  _embedded: { payout_links: [{ id: "payout_link_1", state }] },
});

function request(authorization: readonly string[], body: unknown = event("COMPLETED")): WebhookRequest {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return {
    header: (name) => (name === "authorization" ? authorization : []),
    body: bytes,
    receivedAtMs: Date.UTC(2026, 10, 20),
  };
}

const oneByteFlipped = (text: string, at: number) =>
  text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);

describe("a webhook is verified", () => {
  it.each([
    ["with its token", ["Bearer canary-token"], [token]],
    ["with its user name and password", [basic], [pair]],
    ["whatever the case of the scheme", ["bearer canary-token"], [token]],
    ["with the first of two secrets", ["Bearer canary-token"], [token, pair]],
    ["with the second of two secrets", ["Bearer canary-token"], [pair, token]],
  ])("%s", (_, authorization, secrets) => {
    expect(webhook.verify(request(authorization), secrets)).toBe(true);
  });

  it("however old its event is, since nothing in it is signed, and only says where to look", () => {
    expect(webhook.proves).toBe("sender");
    const old = { ...request(["Bearer canary-token"]), receivedAtMs: Date.UTC(2036, 0, 1) };
    expect(webhook.verify(old, [token])).toBe(true);
  });
});

describe("a webhook is refused", () => {
  it.each([
    ["with another token", ["Bearer canary-other"], [token]],
    ["with another password", [`Basic ${btoa("finix-hooks:canary-other")}`], [pair]],
    ["with a token that begins right", ["Bearer canary-token2"], [token]],
    ["with a token that ends too soon", ["Bearer canary-toke"], [token]],
    ["with the token as a password", ["Basic canary-token"], [token]],
    ["with an unknown scheme", ["Digest canary-token"], [token]],
    ["with a scheme that objects have anyway", ["constructor canary-token"], [token]],
    ["without a scheme", ["canary-token"], [token]],
    ["with an empty header", [""], [token]],
    ["without the header", [], [token]],
    ["with the header twice", ["Bearer canary-token", "Bearer canary-token"], [token]],
    ["where the secret is empty", ["Bearer "], [new Secret("")]],
    ["where there is no secret", ["Bearer canary-token"], []],
  ])("%s", (_, authorization, secrets) => {
    expect(webhook.verify(request(authorization), secrets)).toBe(false);
  });

  it("with any byte of its header flipped", () => {
    for (const header of ["Bearer canary-token", basic]) {
      for (let at = header.indexOf(" "); at < header.length; at++)
        expect(webhook.verify(request([oneByteFlipped(header, at)]), [token, pair]), `at ${at}`).toBe(false);
    }
  });
});

describe("an event", () => {
  it.each([
    ["AWAITING_PAYOUT", "updated"],
    ["COMPLETED", "updated"],
    ["ACTIVE", "created"],
  ])("of any time names the same payout, so that their order does not matter: %s", (state, type) => {
    expect(webhook.read(request([], event(state, type)))).toEqual({
      id: `event_${state}`,
      type: `payout_link.${type}`,
      connectorPayoutIds: ["payout_link_1"],
    });
  });

  it("without an id is known by its bytes", () => {
    const { id: _, ...nameless } = event("COMPLETED");
    const first = webhook.read(request([], nameless))?.id;
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(webhook.read(request([], nameless))?.id).toBe(first);
    expect(webhook.read(request([], { ...nameless, type: "created" }))?.id).not.toBe(first);
  });

  it.each<[string, unknown]>([
    ["another entity", { ...event("x"), entity: "transfer" }],
    ["an unknown entity", { ...event("x"), entity: "payout_link_attempt" }],
    ["no type", { ...event("x"), type: null }],
    ["no link", { ...event("x"), _embedded: { payout_links: [] } }],
    ["nothing embedded", { ...event("x"), _embedded: null }],
    ["nothing at all, as when a webhook is set up", ""],
    ["an empty object", {}],
  ])("of %s tells nothing", (_, body) => {
    expect(webhook.read(request([], body))).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ["no JSON", "not JSON"],
    ["half of it", JSON.stringify(event("x")).slice(0, -5)],
    ["a list", []],
    ["a number for an id", { ...event("x"), _embedded: { payout_links: [{ id: 7 }] } }],
  ])("that is %s throws", (_, body) => {
    expect(() => webhook.read(request([], body))).toThrow();
  });

  it("that is no text throws", () => {
    const bytes = { ...request([]), body: Buffer.from([0xff, 0xfe, 0x00]) };
    expect(() => webhook.read(bytes)).toThrow();
  });
});
