import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import easylabs from "../../connectors/easylabs/index.ts";
import stripe from "../../connectors/stripe/index.ts";
import { Secret } from "../security/secret.ts";
import { hmacSha256, isSameSignature } from "./webhook.ts";

const hmac = (key: string, text: string) => createHmac("sha256", key).update(text).digest();

it("is over the parts as one, under the key's text or bytes", () => {
  expect(hmacSha256("key", "a", Buffer.from("b"))).toEqual(hmac("key", "ab"));
  expect(hmacSha256(Buffer.from("key"), "ab")).toEqual(hmac("key", "ab"));
  expect(isSameSignature(hmac("key", "ab"), hmac("key", "ab"))).toBe(true);
  expect(isSameSignature(hmac("key", "ab"), hmac("key", "ac"))).toBe(false);
  expect(isSameSignature(hmac("key", "ab"), hmac("key", "ab").subarray(1))).toBe(false);
});

it.each([
  [
    "easylabs",
    easylabs.webhook,
    "x-easy-webhook-signature",
    (text: string) => `sha256=${hmac("", text).toString("hex")}`,
  ],
  [
    "stripe",
    stripe.webhook,
    "stripe-signature",
    (text: string) => `t=1000,v1=${hmac("", `1000.${text}`).toString("hex")}`,
  ],
] as const)("accepts no signature with an empty secret: %s", (_, webhook, name, signed) => {
  const body = '{"id":"evt_1","type":"settlement.created"}';
  const header = (asked: string) => (asked === name ? [signed(body)] : []);
  const request = { header, body: Buffer.from(body), receivedAtMs: 1_000_000 };
  expect(webhook?.verify(request, [new Secret("")])).toBe(false);
});
