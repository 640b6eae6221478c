import { describe, expect, it } from "vitest";
import type { Connector } from "../src/connector/contract.ts";
import { acme } from "../test/support/connectors/broken-connector.ts";
import { type Fixture, readFixture } from "./fixture.ts";
import { createFixtureRunner } from "./fixture-runner.ts";

describe("plays", () => {
  async function play(connector: Connector, fixture: Fixture) {
    const runner = createFixtureRunner(connector);
    try {
      return await runner.run(fixture);
    } finally {
      await runner.close();
    }
  }
  const call = {
    request: { method: "GET", path: "/v1/links/lnk_1" },
    reply: { status: 200, json: { id: "lnk_1" } },
  };
  const written = (file: string, fixture: object) =>
    readFixture(
      file,
      JSON.stringify({ about: "x", credentials: { api_key: "canary-key-1" }, ...fixture }),
    ) as Fixture;

  it("the opening of a link", async () => {
    const openLink: Connector["openLink"] = async ({ payout, returnUrl, country }, { http }) => {
      await http.send({ method: "GET", path: `/v1/links/${payout.connectorPayoutId}` });
      return { url: `${returnUrl}?${payout.amountMinor}${payout.currency}${country}` };
    };
    const fixture = written("openLink.success.json", {
      request: { returnUrl: "https://x.example/l", country: "DE" },
      context: { payout: { connectorPayoutId: "lnk_1", amountMinor: "5" } },
      calls: [call],
      reply: { url: "https://x.example/l?5USDDE" },
    });
    const result = await play({ ...acme, openLink }, fixture);
    expect(result.outcome).toEqual({ kind: "reply", reply: fixture.reply });
    expect(result.requests).toMatchObject([{ path: "/v1/links/lnk_1" }]);
  });

  it("a lookup that finds something, and one that finds nothing", async () => {
    const idempotency: Connector["idempotency"] = {
      lookup: async (operation, _request, { http, attempt }) => {
        const { body } = await http.send({ method: "GET", path: "/v1/links/lnk_1" });
        return operation === "createLink" && attempt === 2
          ? { connectorPayoutId: (body as { id: string }).id }
          : undefined;
      },
    };
    const found = written("createLink.found.json", {
      lookup: true,
      context: { attempt: 2 },
      calls: [call],
      reply: {},
    });
    const nothing = written("createLink.nothing.json", { lookup: true, calls: [call], reply: null });
    const connector = { ...acme, idempotency };
    expect((await play(connector, found)).outcome).toEqual({
      kind: "reply",
      reply: { connector_payout_id: "lnk_1" },
    });
    expect((await play(connector, nothing)).outcome).toEqual({ kind: "reply", reply: undefined });
  });

  it("the path of the provider's host", async () => {
    const hosts = { live: "https://api.acme.example/api/v2", test: "https://sandbox.acme.example/api/v2" };
    const fixture = written("get.success.json", {
      request: { connector_payout_id: "lnk_1" },
      calls: [call],
      reply: {},
    });
    const { requests } = await play({ ...acme, hosts }, fixture);
    expect(requests).toMatchObject([{ path: "/api/v2/v1/links/lnk_1" }]);
  });
});
