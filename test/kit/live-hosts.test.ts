import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkTestHost } from "../../kit/recorder/check-test-host.ts";
import { driftOf } from "../../kit/recorder/drift.ts";
import { openTestHost } from "../../kit/recorder/test-host.ts";
import type { Connector } from "../../src/connector/contract.ts";
import { startFake } from "../fakes/acme/fake.ts";
import { acme } from "../support/connectors/broken-connector.ts";
import type { ProviderFake } from "../support/stages/provider-fake.ts";

const folder = new URL("../../connectors/_template/", import.meta.url);
const keys = { ACME_API_KEY: "acme_test_canary_77", ACME_ENVIRONMENT: "test" };

describe("what changed in a reply", () => {
  it.each<[string, unknown, unknown, object[]]>([
    ["nothing", { a: 1, b: [{ c: "x" }] }, { a: 2, b: [{ c: "y", d: 1 }, { c: "z" }], e: null }, []],
    ["a field that is gone", { a: { b: 1 } }, { a: {} }, [{ path: "a.b", was: "number", is: "gone" }]],
    ["another type", { a: "1" }, { a: 1 }, [{ path: "a", was: "string", is: "number" }]],
    ["a list instead of an object", { a: {} }, { a: [] }, [{ path: "a", was: "object", is: "list" }]],
    ["an item of a list", [{ a: 1 }], [{ a: 1 }, {}], [{ path: "1.a", was: "number", is: "gone" }]],
    ["another whole", { a: 1 }, "x", [{ path: "the whole", was: "object", is: "string" }]],
    ["null, which may be anything", { a: null, b: 1 }, { a: 1, b: null }, []],
    ["an empty list", { a: [] }, { a: [1] }, []],
  ])("%s", (_name, was, is, drift) => expect(driftOf(was, is)).toEqual(drift));
});

describe("a sandbox", () => {
  let fake: ProviderFake;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake.close());

  it("that answers as the fixtures say shows no drift, and nothing is paid or cancelled", async () => {
    const sandbox = openTestHost(acme, { ...keys, SLUICE_ACME_URL: fake.url });
    const { drift, sent, leftOut } = await checkTestHost(acme, folder, sandbox);
    expect(drift).toEqual([]);
    expect(sent).toEqual(["createLink.success.json", "get.waiting.json"]);
    for (const operation of ["transfer", "void"])
      expect(leftOut).toContainEqual({
        file: `${operation}.success.json`,
        why: `${operation} pays, cancels or changes something`,
      });
    expect(fake.requests().map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/links",
      `GET /v1/links/${fake.links()[0]?.id}`,
    ]);
    // The sandbox stores every payout, so another run needs another one.
    expect((await checkTestHost(acme, folder, sandbox)).drift).toEqual([]);
    expect(fake.links()).toHaveLength(2);
  });

  it("is only opened by credentials of its own", () => {
    const { environment: _, ...silent } = acme;
    const oneHost: Connector = { ...silent, hosts: { live: "https://a.example", test: "https://a.example" } };
    expect(() => openTestHost(oneHost, keys)).toThrow("acme has one host for live and test");
    expect(openTestHost(silent, keys).baseUrl).toBe("https://sandbox.acme.example");
    expect(openTestHost(acme, keys).baseUrl).toBe("https://sandbox.acme.example");
    expect(() => openTestHost(acme, { ...keys, ACME_ENVIRONMENT: "live" })).toThrow(
      "live credentials of acme",
    );
    expect(() => openTestHost({ ...acme, hosts: undefined }, keys)).toThrow("acme makes no calls");
  });
});

it("shows the changes at the provider since the fixtures were written", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const links = {
      id: "lnk_New1",
      status: "dreaming",
      amount: "10.00",
      currency: "USD",
      url: "https://x.example/l",
    };
    response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify(links));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { drift } = await checkTestHost(acme, folder, openTestHost(acme, { ...keys, SLUICE_ACME_URL: url }));
  server.close();
  const call = "POST /v1/links";
  expect(drift.filter(({ file }) => file === "createLink.success.json")).toEqual([
    { file: "createLink.success.json", call, path: "object", was: "string", is: "gone" },
    { file: "createLink.success.json", call, path: "amount", was: "number", is: "string" },
    {
      file: "createLink.success.json",
      call: "",
      path: "warning",
      was: "none",
      is: expect.stringContaining("dreaming"),
    },
  ]);
  expect(seen).toEqual(["POST /v1/links", "GET /v1/links/lnk_New1"]);
});
