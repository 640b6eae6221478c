import { describe, expect, test } from "vitest";
import { hmacSha256, type WebhookRequest } from "../../src/connector/contract.ts";
import { Secret } from "../../src/security/secret.ts";
import { webhook } from "./webhook.ts";

const receivedAtMs = Date.UTC(2026, 10, 20);
const now = receivedAtMs / 1000;
const secret = new Secret("whsec_canary_stripe");
const other = new Secret("whsec_canary_other");

function v1(body: string, seconds = now, by = secret): string {
  return `v1=${hmacSha256(by.reveal(), `${seconds}.${body}`).toString("hex")}`;
}

function request(body: string, ...headers: readonly string[]): WebhookRequest {
  const header = (name: string) => (name === "stripe-signature" ? headers : []);
  return { header, body: Buffer.from(body), receivedAtMs };
}

const body = '{"id":"evt_1","type":"transfer.created"}';

describe("a signature", () => {
  test.each([
    ["of the secret", `t=${now},${v1(body)}`, [secret]],
    ["of the first of two secrets", `t=${now},${v1(body)}`, [secret, other]],
    ["of the second of two secrets", `t=${now},${v1(body)}`, [other, secret]],
    ["among several", `t=${now},${v1(body, now, other)},${v1(body)}`, [secret]],
    ["beside one of another scheme", `t=${now},v0=00,${v1(body)}`, [secret]],
    ["from five minutes ago", `t=${now - 300},${v1(body, now - 300)}`, [secret]],
  ])("%s is taken", (_, header, secrets) => {
    expect(webhook.verify(request(body, header), secrets)).toBe(true);
  });

  test.each([
    ["of no secret", [`t=${now},${v1(body)}`], []],
    ["of another secret", [`t=${now},${v1(body, now, other)}`], [secret]],
    ["of another body", [`t=${now},${v1(body.replace("1", "2"))}`], [secret]],
    ["of another time", [`t=${now - 1},${v1(body)}`], [secret]],
    ["that is stale", [`t=${now - 301},${v1(body, now - 301)}`], [secret]],
    ["from the future", [`t=${now + 301},${v1(body, now + 301)}`], [secret]],
    ["that is missing", [], [secret]],
    ["that comes twice", [`t=${now},${v1(body)}`, `t=${now},${v1(body)}`], [secret]],
    ["with two times", [`t=${now},t=${now - 1},${v1(body)}`], [secret]],
    ["without a time", [v1(body)], [secret]],
    ["of another scheme", [`t=${now},${v1(body).replace("v1", "v0")}`], [secret]],
  ])("%s is refused", (_, headers, secrets) => {
    expect(webhook.verify(request(body, ...headers), secrets)).toBe(false);
  });
});

/** A thin event of v2. */
function thin(type: string, more: object): readonly string[] | undefined {
  const event = { id: "evt_2", object: "v2.core.event", type, ...more };
  return webhook.read(request(JSON.stringify(event)))?.connectorPayoutIds;
}

/** A snapshot event of v1. */
function snapshot(type: string, object: object, account?: string): readonly string[] | undefined {
  const event = { id: "evt_3", object: "event", type, data: { object }, account };
  return webhook.read(request(JSON.stringify(event)))?.connectorPayoutIds;
}

describe("an event", () => {
  const account = { related_object: { id: "acct_1", type: "v2.core.account", url: "" } };
  const recipient = "v2.core.account[configuration.recipient]";

  test.each([
    ["v2.core.account.closed", account, ["acct_1"]],
    ["v2.core.account[requirements].updated", account, ["acct_1"]],
    [`${recipient}.capability_status_updated`, account, ["acct_1"]],
    ["v2.core.account_link.returned", { data: { account_id: "acct_1" } }, ["acct_1"]],
    ["v2.core.account_link.returned", { context: "acct_platform/acct_1" }, ["acct_1"]],
    ["v2.money_management.outbound_payment.posted", { related_object: { id: "obp_1" } }, ["obp_1"]],
    ["v2.money_management.payout_intent.requires_action", { related_object: { id: "poi_1" } }, ["poi_1"]],
    [
      "v2.money_management.payout_method.created",
      { related_object: { id: "usba_1" }, context: "acct_1" },
      ["acct_1"],
    ],
    ["v1.transfer.reversed", { related_object: { id: "tr_1" } }, ["tr_1"]],
    ["v1.payout.paid", { related_object: { id: "po_1" }, context: "acct_1" }, ["acct_1/po_1", "acct_1"]],
  ])("of v2 %s names what to ask about", (type, more, ids) => {
    expect(thin(type, more)).toEqual(ids);
  });

  test.each([
    ["transfer.created", { id: "tr_1", destination: "acct_1" }, undefined, ["tr_1", "acct_1"]],
    ["payout.failed", { id: "po_1" }, "acct_1", ["acct_1/po_1", "acct_1"]],
    ["account.updated", { id: "acct_1" }, "acct_1", ["acct_1"]],
    ["account.external_account.created", { id: "ba_1", account: "acct_1" }, "acct_1", ["acct_1"]],
    ["capability.updated", { id: "transfers", account: "acct_1" }, "acct_1", ["acct_1"]],
  ])("of v1 %s names what to ask about", (type, object, account, ids) => {
    expect(snapshot(type, object, account)).toEqual(ids);
  });

  test("is told by its id and type, and each of a payment's names the same payment, in whatever order", () => {
    const events = ["returned", "posted", "created"].map((happened, index) => ({
      id: `evt_${index}`,
      type: `v2.money_management.outbound_payment.${happened}`,
      related_object: { id: "obp_1" },
    }));
    expect(events.map((event) => webhook.read(request(JSON.stringify(event))))).toEqual(
      events.map(({ id, type }) => ({ id, type, connectorPayoutIds: ["obp_1"] })),
    );
  });

  test("of the platform's own bank, of something else, or of nothing that we know is none of ours", () => {
    expect(snapshot("payout.paid", { id: "po_1" })).toBeUndefined();
    expect(snapshot("charge.succeeded", { id: "ch_1" })).toBeUndefined();
    expect(snapshot("transfer.created", { id: "../v1/balance" })).toBeUndefined();
    expect(thin("v2.core.account_link.returned", {})).toBeUndefined();
    expect(thin("v2.core.accounting.closed", account)).toBeUndefined();
    expect(thin("v2.money_management.financial_account.created", account)).toBeUndefined();
    expect(thin("v2.core.account.closed", { related_object: "acct_1", data: 7 })).toBeUndefined();
  });

  test.each(["not JSON", "[]", '{"id":"evt_1"}', '{"type":"transfer.created"}'])("cannot be %s", (text) => {
    expect(() => webhook.read(request(text))).toThrow();
  });
});
