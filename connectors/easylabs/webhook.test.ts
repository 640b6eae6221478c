import { expect, test } from "vitest";
import type { WebhookRequest } from "../../src/connector/contract.ts";
import { hmacSha256 } from "../../src/connector/contract.ts";
import { Secret } from "../../src/security/secret.ts";
import { webhook } from "./webhook.ts";

const receivedAtMs = Date.UTC(2026, 10, 20);
const secret = new Secret("whsec_canary_easylabs");
const other = new Secret("whsec_canary_other");
const settled = { id: "evt_1", type: "settlement.created", created_at: new Date(receivedAtMs).toISOString() };

function signed(body: string, by = secret, changes: { header?: readonly string[]; body?: string } = {}) {
  const signature = `sha256=${hmacSha256(by.reveal(), body).toString("hex")}`;
  const values = changes.header ?? [signature];
  const request: WebhookRequest = {
    header: (name) => (name === "x-easy-webhook-signature" ? values : []),
    body: Buffer.from(changes.body ?? body),
    receivedAtMs,
  };
  return { request, signature };
}

const body = JSON.stringify(settled);
const { signature } = signed(body);

test("is verified with its secret, the first or the second of two", () => {
  const { request } = signed(body);
  expect(webhook.verify(request, [secret])).toBe(true);
  expect(webhook.verify(request, [other, secret])).toBe(true);
  expect(webhook.verify(request, [secret, other])).toBe(true);
});

test.each([
  ["without a secret", signed(body).request, []],
  ["by another secret", signed(body, other).request, [secret]],
  [
    "with one byte of the body flipped",
    signed(body, secret, { body: body.replace("1", "2") }).request,
    [secret],
  ],
  ["without its header", signed(body, secret, { header: [] }).request, [secret]],
  ["with its header twice", signed(body, secret, { header: [signature, signature] }).request, [secret]],
  ["with half a signature", signed(body, secret, { header: [signature.slice(0, -2)] }).request, [secret]],
  ["with a bare signature", signed(body, secret, { header: [signature.slice(7)] }).request, [secret]],
])("is refused %s", (_, request, secrets) => {
  expect(webhook.verify(request, secrets)).toBe(false);
});

test("is refused a day after it was made, and not an hour after, when a repeat may come", () => {
  const madeAgo = (hours: number) =>
    signed(
      JSON.stringify({ ...settled, created_at: new Date(receivedAtMs - hours * 3_600_000).toISOString() }),
    ).request;
  expect(webhook.verify(madeAgo(1), [secret])).toBe(true);
  expect(webhook.verify(madeAgo(25), [secret])).toBe(false);
});

test("may leave out when it was made", () => {
  const { request } = signed(JSON.stringify({ id: "evt_1", type: "settlement.created" }));
  expect(webhook.verify(request, [secret])).toBe(true);
});

test("tells that something has settled, and no payout; a repeat tells the same", () => {
  const event = { id: "evt_1", type: "settlement.created", connectorPayoutIds: [] };
  expect(webhook.read(signed(body).request)).toEqual(event);
  expect(webhook.read(signed(body).request)).toEqual(event);
});

test("tells nothing where it is about something else", () => {
  const { request } = signed(JSON.stringify({ ...settled, type: "payment.created" }));
  expect(webhook.read(request)).toBeUndefined();
});

test.each(["not JSON", "[]", '{"type":"settlement.created"}'])("cannot be read as %s", (text) => {
  const { request } = signed(text);
  expect(webhook.verify(request, [secret])).toBe(true);
  expect(() => webhook.read(request)).toThrow();
});
