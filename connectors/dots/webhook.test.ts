import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/security/secret.ts";
import { webhook } from "./webhook.ts";

const secret = `whsec_${Buffer.from("canary-dots-webhook-key").toString("base64")}`;
const other = `whsec_${Buffer.from("canary-dots-former-key").toString("base64")}`;
const sentAtS = 1_767_323_045;
const updated = JSON.stringify({ event: "payout_link.updated", payout_link_id: "link-1" });

interface Sent {
  readonly body?: string | Uint8Array;
  /** Instead of the right ones; undefined removes a header. */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly signedWith?: string;
  readonly receivedAtMs?: number;
}

function sent({ body = updated, headers = {}, signedWith = secret, receivedAtMs }: Sent = {}) {
  const all: Readonly<Record<string, readonly string[]>> = {
    "svix-id": ["msg_1"],
    "svix-timestamp": [`${sentAtS}`],
    "svix-signature": [signature(signedWith, "msg_1", `${sentAtS}`, updated)],
    ...headers,
  };
  return {
    header: (name: string) => all[name] ?? [],
    body: Buffer.from(body),
    receivedAtMs: receivedAtMs ?? sentAtS * 1000,
  };
}

function signature(key: string, id: string, timestamp: string, body: string): string {
  const mac = createHmac("sha256", Buffer.from(key.replace("whsec_", ""), "base64"));
  return `v1,${mac.update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

const verify = (request: Sent, secrets = [secret]) =>
  webhook.verify(
    sent(request),
    secrets.map((each) => new Secret(each)),
  );

describe("verifies", () => {
  it("a body signed with the secret, with or without its prefix", () => {
    expect(verify({})).toBe(true);
    expect(verify({}, [secret.replace("whsec_", "")])).toBe(true);
  });

  it("a body signed with either of two secrets, in either order", () => {
    expect(verify({}, [secret, other])).toBe(true);
    expect(verify({}, [other, secret])).toBe(true);
    expect(verify({ signedWith: other }, [secret, other])).toBe(true);
  });

  it("one of several signatures", () => {
    const right = signature(secret, "msg_1", `${sentAtS}`, updated);
    const wrong = signature(other, "msg_1", `${sentAtS}`, updated);
    expect(verify({ headers: { "svix-signature": [`${wrong} ${right}`] } })).toBe(true);
    expect(verify({ headers: { "svix-signature": [`${wrong} ${right.replace("v1,", "v2,")}`] } })).toBe(
      false,
    );
  });

  it.each([-300_000, 0, 300_000])("what comes %d ms off its time", (offMs) => {
    expect(verify({ receivedAtMs: sentAtS * 1000 + offMs })).toBe(true);
  });
});

describe("refuses", () => {
  it.each([
    ["a stale one", { receivedAtMs: sentAtS * 1000 + 300_001 }],
    ["one from the future", { receivedAtMs: sentAtS * 1000 - 300_001 }],
    ["one signed with another secret", { signedWith: other }],
    ["another body", { body: updated.replace("link-1", "link-2") }],
    ["another id", { headers: { "svix-id": ["msg_2"] } }],
    ["another time", { headers: { "svix-timestamp": [`${sentAtS + 1}`] } }],
    ["a time that is no number", { headers: { "svix-timestamp": ["1e9"] } }],
    ["an empty signature", { headers: { "svix-signature": ["v1,"] } }],
  ])("%s", (_, request) => {
    expect(verify(request)).toBe(false);
  });

  it.each(["svix-id", "svix-timestamp", "svix-signature"])("one with no %s, or with two", (name) => {
    expect(verify({ headers: { [name]: [] } })).toBe(false);
    const value = sent().header(name);
    expect(verify({ headers: { [name]: [...value, ...value] } })).toBe(false);
  });

  it("one byte that differs, wherever it is", () => {
    const bytes = Buffer.from(updated);
    for (const index of bytes.keys()) {
      const body = Buffer.from(bytes);
      body[index] = (body[index] ?? 0) ^ 1;
      expect(verify({ body }), `byte ${index}`).toBe(false);
    }
    const right = signature(secret, "msg_1", `${sentAtS}`, updated);
    for (const index of right.slice(3).split("").keys()) {
      const at = index + 3;
      const letter = right[at] === "A" ? "B" : "A";
      const wrong = right.slice(0, at) + letter + right.slice(at + 1);
      expect(verify({ headers: { "svix-signature": [wrong] } }), `letter ${at}`).toBe(false);
    }
  });

  it("everything where there is no secret, or one that says nothing", () => {
    expect(verify({}, [])).toBe(false);
    const unsigned = signature("whsec_", "msg_1", `${sentAtS}`, updated);
    expect(verify({ headers: { "svix-signature": [unsigned] } }, ["whsec_"])).toBe(false);
  });
});

describe("reads", () => {
  it("which link to ask about, the same whatever the order they come in", () => {
    const told = ["msg_1", "msg_2", "msg_1"].map((id) =>
      webhook.read(sent({ headers: { "svix-id": [id] } })),
    );
    expect(told.map((each) => each?.id)).toEqual(["msg_1", "msg_2", "msg_1"]);
    for (const each of told)
      expect(each).toMatchObject({ type: "payout_link.updated", connectorPayoutIds: ["link-1"] });
  });

  it.each([
    ["transfer.updated", { transfer_id: "t" }],
    ["flow.updated", { flow_id: "f" }],
    ["flow.transaction_updated", { flow_id: "f" }],
    ["payout_link.something_new", { payout_link_id: "link-1" }],
  ])("nothing from %s", (event, facts) => {
    expect(webhook.read(sent({ body: JSON.stringify({ event, ...facts }) }))).toBeUndefined();
  });

  it.each(["not JSON", "[]", "null", "{}", '{"event":7}', '{"event":"payout_link.updated"}'])(
    "no %s",
    (body) => {
      expect(() => webhook.read(sent({ body }))).toThrow();
    },
  );

  it("no text that is not UTF-8", () => {
    expect(() => webhook.read(sent({ body: Buffer.from([0x22, 0xff, 0x22]) }))).toThrow();
  });
});
