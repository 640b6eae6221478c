import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readWebhookFixture } from "../../kit/webhook-fixture.ts";
import type { Connector, Webhook } from "../../src/connector/contract.ts";
import { acme, copyTemplate, edit, problemsOf } from "../support/connectors/broken-connector.ts";

const good = acme.webhook as Webhook;
const forged = /forged, changed or stale/;
const strange = /malformed/;
const asWritten = /exactly as its fixtures say/;

/** The template with another way to verify or read. */
function reading(webhook: Partial<Webhook>): Connector {
  return { ...acme, webhook: { ...good, ...webhook } };
}

const problemsWith = async (rule: RegExp, webhook: Partial<Webhook>) =>
  (await problemsOf(rule, reading(webhook))).join("\n");

describe("finds in the fixtures of webhooks", () => {
  it("one that differs, either way", async () => {
    expect(await problemsWith(asWritten, { verify: () => false })).toContain("it is refused, and must be");
    expect(await problemsWith(asWritten, { verify: () => true })).toContain("webhook.forged.json: it is ver");
    const other = { id: "evt_1", type: "link.paid", connectorPayoutIds: ["lnk_8"] };
    expect(await problemsWith(asWritten, { read: () => other })).toContain("webhook.paid.json: it reads");
    expect(
      await problemsWith(asWritten, { read: (request) => good.read({ ...request, body: new Uint8Array() }) }),
    ).toContain("reading it threw SyntaxError");
  });

  it("none that is valid, none that is refused, and those of a connector that reads none", async () => {
    const path = copyTemplate((file) => {
      for (const name of ["paid", "forged"]) rmSync(file(`fixtures/webhook.${name}.json`));
    });
    expect(await problemsOf(asWritten, acme, path)).toEqual([
      expect.stringContaining("Write fixtures/webhook.<case>.json"),
      expect.stringContaining("Write fixtures/webhook.forged.json"),
    ]);
    const { webhook: _, ...deaf } = acme;
    expect((await problemsOf(asWritten, deaf)).join()).toContain("which the connector does not read");
  });

  it("files that cannot be read", async () => {
    const whole = {
      about: "x",
      body: "",
      secrets: ["canary"],
      receivedAt: "2026-01-02T03:04:05Z",
      refused: true,
    };
    const read = (change: object) =>
      readWebhookFixture("webhook.x.json", JSON.stringify({ ...whole, ...change }));
    expect(read({})).toMatchObject({ refused: true });
    expect(read({ ignored: true })).toContain("exactly one of event, ignored and refused");
    expect(read({ secrets: [] })).toContain("secrets");
    expect(readWebhookFixture("webhook.json", "{}")).toContain("webhook.<case>.json");
    const path = copyTemplate((file) => writeFileSync(file("fixtures/webhook.broken.json"), "{"));
    expect((await problemsOf(/exactly what its fixtures say/, acme, path)).join()).toContain(
      "webhook.broken.json:",
    );
  });
});

describe("finds in the verifying of webhooks", () => {
  it.each<[string, Webhook["verify"], string]>([
    ["everything", () => true, "with one bit of its body flipped"],
    ["any secret", (request) => request.header("acme-signature").length === 1, "with another secret"],
    [
      "the request without its headers",
      (request, secrets) => good.verify(request, secrets) || request.header("acme-signature").length === 0,
      "without its headers",
    ],
    [
      "the first secret only",
      (request, secrets) => good.verify(request, secrets.slice(0, 1)),
      "second of two",
    ],
    ["the last secret only", (request, secrets) => good.verify(request, secrets.slice(-1)), "first of two"],
    [
      "a day-old webhook",
      (request, secrets) =>
        good.verify(
          { ...request, header: request.header, receivedAtMs: Date.parse("2026-01-02T03:04:05Z") },
          secrets,
        ),
      "a day later",
    ],
    [
      "the first of two signatures",
      (request, secrets) =>
        good.verify({ ...request, header: (name) => request.header(name).slice(0, 1) }, secrets),
      "with two signatures",
    ],
  ])("%s", async (_name, verify, words) => {
    expect(await problemsWith(forged, { verify })).toContain(words);
  });

  it("a secret that may be real", async () => {
    const path = edit("fixtures/webhook.paid.json", (text) =>
      text.replace("whsec_canary_1234", "whsec_MfKQ9r8"),
    );
    const verify = () => true;
    expect((await problemsOf(forged, reading({ verify }), path)).join()).toContain(
      "obvious fakes for secrets",
    );
  });

  it("a malformed request that breaks it", async () => {
    const verify: Webhook["verify"] = (request, secrets) => {
      const [signature = ""] = request.header("acme-signature");
      BigInt(signature.slice(2, 12));
      return good.verify(request, secrets);
    };
    expect(await problemsWith(strange, { verify })).toContain("verify threw SyntaxError");
  });
});

describe("finds in the reading of webhooks", () => {
  it("a new field, or a new type, that breaks it", async () => {
    const types = ["link.paid"];
    const closed: Webhook["read"] = (request) => {
      const event = good.read(request);
      if (event && !types.includes(event.type)) throw new Error(`unknown type ${event.type}`);
      return event;
    };
    expect(await problemsWith(strange, { read: closed })).toContain("Return undefined for unknown types");
    const first: Webhook["read"] = (request) => {
      const [id = ""] = Object.keys(JSON.parse(String(Buffer.from(request.body))));
      return { id, type: "link.paid", connectorPayoutIds: ["lnk_7Hq2"] };
    };
    expect(await problemsWith(strange, { read: first })).toContain("with a new field");
  });
});

describe("finds in a README with marks", () => {
  it("a table that is stale, and one that does not exist", async () => {
    const path = edit("README.md", (text) =>
      text.replace("| `open` |", "| `opened` |").replace("<!-- errors -->", "<!-- faults -->"),
    );
    expect(await problemsOf(/tables that its code makes/, acme, path)).toEqual([
      expect.stringMatching(/^README.md: there is no table faults\. There are: operations, /),
      "README.md: its tables are stale. Write them anew: npm run connector -- readme acme",
    ]);
  });
});
