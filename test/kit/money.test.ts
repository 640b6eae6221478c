import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import connector from "../../connectors/easylabs/index.ts";
import type { Connector } from "../../src/connector/contract.ts";
import { type Get, problemsOf, withLinkBody } from "../support/connectors/broken-connector.ts";

type Lookup = Extract<Connector["idempotency"], { lookup: unknown }>["lookup"];

const easylabs = connector as unknown as Connector;
const folder = fileURLToPath(new URL("../../connectors/easylabs/", import.meta.url));
const { lookup: easylabsLookup } = easylabs.idempotency as { readonly lookup: Lookup };

/** The kit must find every mistake that it promises to find. */
it("finds an id that can be claimed in the log and in replies", async () => {
  const get: Get = async ({ connectorPayoutId: token }, { http }) => {
    await http.send({ method: "GET", path: `/treasury/payout-link/${encodeURIComponent(token ?? "")}` });
    return {};
  };
  const problems = await problemsOf(/can be claimed/, { ...easylabs, get }, folder);
  expect(problems.join()).toContain("get.refused.json: its id appears in the log");
  expect(await problemsOf(/can be claimed/, easylabs, folder)).toEqual([]);
});

describe("finds in a lookup", () => {
  /** Easy Labs' connector, whose lookup keeps the rule, with another one. */
  const withLookup = (lookup: Lookup) =>
    problemsOf(/looks up/, { ...easylabs, idempotency: { lookup } }, folder);

  it("nothing where it keeps the rule", async () => {
    expect(await withLookup(easylabsLookup)).toEqual([]);
  });

  it("a result that it finds for every attempt", async () => {
    const lookup: Lookup = (operation, request, context) =>
      easylabsLookup(operation, request, { ...context, idempotencyKey: "0123456789abcdef".repeat(4) });
    expect((await withLookup(lookup)).join()).toContain(
      "createLink.found.json: another attempt finds it too",
    );
  });

  it("a certainty that comes too early", async () => {
    const lookup: Lookup = (operation, request, context) =>
      easylabsLookup(operation, request, { ...context, now: () => context.startedAtMs + 150_000 });
    expect((await withLookup(lookup)).join()).toContain("createLink.none.json: a second after the first try");
  });

  it("that nothing shows it", async () => {
    const once = withLinkBody(() => ({ effect: "once" }));
    const idempotency = { lookup: async () => undefined };
    expect(await problemsOf(/looks up/, { ...once, idempotency })).toEqual([
      expect.stringMatching(/^Write fixtures\/createLink.found.json/),
      expect.stringMatching(/^Write fixtures\/createLink.nothing-made.json/),
    ]);
  });
});
