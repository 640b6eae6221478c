import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkConnector, rules } from "../../kit/check-connector.ts";
import { readFixture } from "../../kit/fixture.ts";
import { PayoutStatus, secret } from "../../src/connector/contract.ts";
import {
  acme,
  copyTemplate,
  edit,
  type Get,
  problemsOf,
  withGet,
  withLinkBody,
} from "../support/connectors/broken-connector.ts";

/** The kit must find every mistake that it promises to find: each case breaks the template in one way. */
it("finds nothing wrong with the template, by any rule", async () => {
  const findings = await checkConnector(acme, copyTemplate());
  expect(findings).toEqual(rules.map(({ name }) => ({ rule: name, problems: [] })));
});

describe("finds in the metadata of a connector", () => {
  it("a name that is not the folder's", async () => {
    expect(await problemsOf(/metadata/, { ...acme, name: "acme-pay" })).toEqual([
      'name must be the folder\'s name: write name: "acme".',
    ]);
  });

  it("a link option that does not exist", async () => {
    expect((await problemsOf(/metadata/, { ...acme, linkOptions: ["colour"] }))[0]).toContain(
      "colour is no field",
    );
  });

  it("a link option that it lists and does not send, and one that no fixture sets", async () => {
    const linkOptions = [...(acme.linkOptions ?? []), "memo"];
    expect(await problemsOf(/every link option/, { ...acme, linkOptions })).toEqual([
      "linkOptions: write a fixture of createLink that sets link_options.memo.",
    ]);
    const path = edit("fixtures/createLink.success.json", (text) =>
      text.replace('"link_options": {', '"link_options": { "memo": "A gift",'),
    );
    expect(await problemsOf(/every link option/, { ...acme, linkOptions }, path)).toEqual([
      "linkOptions: memo does not change any request. Send it, or do not list it.",
    ]);
  });

  it("test credentials that go to the live host", async () => {
    const { environment: _, ...without } = acme;
    expect((await problemsOf(/test credentials/, without)).join()).toContain("Write environment: (");
    const live = { ...acme, environment: () => "live" as const };
    expect((await problemsOf(/test credentials/, live)).join()).toContain("no fixture has test credentials");
  });

  it("a credential without description", async () => {
    const credentials = z.object({ api_key: secret(), environment: z.string().describe("x") });
    expect(await problemsOf(/describes/, { ...acme, credentials })).toHaveLength(1);
  });

  it("a README without a section, or without a credential", async () => {
    const path = edit("README.md", (text) =>
      text.replace("## Doubts", "## Thoughts").replaceAll("api_key", "key"),
    );
    expect(await problemsOf(/README/, acme, path)).toEqual([
      'README.md: add the section "## Doubts".',
      "README.md: say what the credential api_key is.",
    ]);
  });

  it("code that goes past the context", async () => {
    const path = edit(
      "map.ts",
      (text) => `import "node:net";\n${text}\nexport const later = () => Date.now();\n`,
    );
    expect(await problemsOf(/reaches the world/, acme, path)).toEqual([
      expect.stringMatching(/^map.ts: it imports node:net/),
      expect.stringMatching(/^map.ts: it uses Date.now/),
    ]);
  });

  it("a file that is too long", async () => {
    const path = edit("map.ts", (text) => text + "\n".repeat(300));
    expect(await problemsOf(/short/, acme, path)).toHaveLength(1);
  });
});

describe("finds in fixtures", () => {
  it("a request that differs", async () => {
    const wrong = withLinkBody(() => ({
      path: "/v2/links",
      headers: {},
      json: { amount: 1 },
      query: { a: "b" },
    }));
    const problems = (await problemsOf(/exactly/, wrong)).filter((each) =>
      each.startsWith("createLink.success"),
    );
    for (const part of ["path", "query", "headers", "body"])
      expect(problems.join()).toContain(`createLink.success.json: call 1 ${part} is`);
  });

  it("a call too many, and a crash", async () => {
    const twice = withGet((body) => body);
    const get: Get = async (request, context) => {
      await twice.get?.(request, context);
      return (acme.get as Get)(request, context);
    };
    expect((await problemsOf(/exactly/, { ...acme, get })).join()).toContain(
      "2 calls where the fixture has 1",
    );
    const crash = withGet((body) => (body as unknown as { nothing: { there: object } }).nothing.there);
    expect((await problemsOf(/exactly/, crash)).join()).toContain("get.success.json: it threw TypeError");
  });

  it("another answer, and another reason", async () => {
    const wrong = withGet(() => ({ payoutStatus: PayoutStatus.PENDING }));
    expect((await problemsOf(/exactly/, wrong)).join()).toContain("get.success.json: outcome is");
    const { errors, ...rest } = acme;
    expect((await problemsOf(/exactly/, rest)).join()).toContain("transfer.refused.json: outcome is");
    expect(errors).toBeDefined();
  });

  it("a request without credentials", async () => {
    const { authorize: _, ...rest } = acme;
    expect((await problemsOf(/exactly/, rest)).join()).toContain("call 1 carries no credentials");
  });

  it("an operation without its no, one without its yes, and one that is not there", async () => {
    const path = copyTemplate((file) => {
      rmSync(file("fixtures/transfer.refused.json"));
      rmSync(file("fixtures/void.success.json"));
    });
    const { get: _, ...rest } = acme;
    expect(await problemsOf(/of refusal/, rest, path)).toEqual([
      expect.stringContaining("fixtures/transfer.refused.json"),
      expect.stringContaining("fixtures/void.success.json"),
      expect.stringContaining("fixtures for get"),
    ]);
  });

  it("files that cannot be read", () => {
    const good = { about: "x", reply: {} };
    expect(readFixture("get.success.json", JSON.stringify(good))).toMatchObject({ operation: "get" });
    expect(readFixture("got.success.json", "{}")).toContain("<operation>.<case>.json");
    expect(readFixture("get.json", "{}")).toContain("<operation>.<case>.json");
    expect(readFixture("get.x.json", "{")).toMatch(/^get.x.json: .*JSON/);
    expect(
      readFixture("get.x.json", JSON.stringify({ ...good, refusal: undefined, failure: { reason: "x" } })),
    ).toContain("exactly one of reply, refusal and failure");
    expect(readFixture("get.x.json", JSON.stringify({ ...good, replies: [] }))).toContain("replies");
    const request = { method: "GET", path: "/x" };
    expect(readFixture("get.x.json", JSON.stringify({ ...good, calls: [{ request }] }))).toContain(
      "reply and fault",
    );
  });
});
