import { describe, expect, it } from "vitest";
import { type Context, PayoutStatus } from "../../src/connector/contract.ts";
import {
  acme,
  type CreateLink,
  edit,
  type Get,
  problemsOf,
  withGet,
  withLinkBody,
} from "../support/connectors/broken-connector.ts";

/** The kit must find every mistake that it promises to find: each case breaks the template in one way. */
describe("finds in statuses", () => {
  it("one that nothing reaches", async () => {
    const statuses = { ...acme.statuses, sleeping: PayoutStatus.PENDING };
    expect(await problemsOf(/reaches every status/, { ...acme, statuses })).toEqual([
      expect.stringMatching(/^statuses.sleeping: no fixture answers PENDING/),
    ]);
  });

  it.each<[string, (known: number | undefined) => object]>([
    ["FAILED", (known) => ({ payoutStatus: known ?? PayoutStatus.FAILED })],
    ["UNSPECIFIED without a warning", (known) => ({ payoutStatus: known ?? 0 })],
    ["what a known one gives", () => ({ payoutStatus: PayoutStatus.SUCCESS })],
    ["nothing", (known) => (known ? { payoutStatus: known } : (undefined as never))],
  ])("an unknown one that gives %s", async (_name, read) => {
    const connector = withGet(({ status }) => read(acme.statuses[status]));
    expect((await problemsOf(/does not know/, connector)).join()).toContain("get.success.json");
  });
});

describe("finds in repeats", () => {
  it("a request made from the time now or the attempt's number", async () => {
    const clock = withLinkBody((context) => ({ json: { at: context.now() } }));
    const count = withLinkBody((context) => ({ headers: { "x-attempt": String(context.attempt) } }));
    for (const connector of [clock, count])
      expect((await problemsOf(/same bytes/, connector)).join()).toContain("createLink.success.json");
  });

  it("an effect without a key", async () => {
    const once = withLinkBody(() => ({ effect: "once" }));
    expect((await problemsOf(/carries a key/, once)).join()).toContain('POST /v1/links is sent as "once"');
    const same = withLinkBody(() => ({ headers: { "idempotency-key": "always" } }));
    expect((await problemsOf(/carries a key/, same)).join()).toContain("no key made from idempotencyKey");
  });
});

describe("finds in what goes out", () => {
  it("an id that becomes a path", async () => {
    const get: Get = async ({ connectorPayoutId }, { http }) => {
      await http.send({ method: "GET", path: `/v1/links/${connectorPayoutId}` });
      return {};
    };
    expect((await problemsOf(/stay ids/, { ...acme, get })).join()).toContain("Write encodeURIComponent(id)");
  });

  it("an amount that loses cents", async () => {
    const createLink: CreateLink = async (request, context) => {
      const amount = { ...request.amount, minorAmount: 1n } as NonNullable<typeof request.amount>;
      const http = {
        ...context.http,
        send: (sent: object) =>
          context.http.send({ ...sent, json: { amount: Number(request.amount?.minorAmount) } } as never),
      };
      return (acme.createLink as CreateLink)({ ...request, amount }, { ...context, http });
    };
    expect((await problemsOf(/cents/, { ...acme, createLink })).join()).toContain("9007199254740993");
  });

  it.each<[string, string, (key: string, context: Context) => object]>([
    ["its reply", "get.success", (key) => ({ connectorPayoutId: key })],
    [
      "its reply",
      "get.success",
      (key) => {
        throw new Error(key);
      },
    ],
    [
      "the log",
      "get.success",
      (key, context) => {
        context.warn(key);
        return {};
      },
    ],
  ])("a credential in %s", async (place, file, leak) => {
    const connector = withGet((_body, context) =>
      leak((context.credentials as { api_key: { reveal(): string } }).api_key.reveal(), context),
    );
    expect(await problemsOf(/no credential/, connector)).toContain(
      `${file}.json: a credential appears in ${place}.`,
    );
  });

  it("a credential in a URL, and one that may be real", async () => {
    const get: Get = async (_request, { http, credentials }) => {
      const { api_key } = credentials as { api_key: { reveal(): string } };
      await http.send({ method: "GET", path: "/v1/links/x", query: { key: api_key.reveal() } });
      return {};
    };
    expect((await problemsOf(/no credential/, { ...acme, get })).join()).toContain("appears in a URL");
    const path = edit("fixtures/get.success.json", (text) =>
      text.replace("acme_test_canary_1234", "ak_51HxQ9w8e7r6"),
    );
    expect((await problemsOf(/no credential/, acme, path)).join()).toContain("obvious fakes for secrets");
  });
});

describe("finds in the reading of replies", () => {
  it("a field taken for granted", async () => {
    const connector = withGet((body) => ({
      payoutLink: { url: (body as unknown as { url: string }).url.slice(0) },
    }));
    expect((await problemsOf(/missing, null or new/, connector)).join()).toContain(
      "with url null in the reply of GET",
    );
  });

  it("an absence taken for failure", async () => {
    const connector = withGet((body) => ({
      payoutStatus: body?.status ? PayoutStatus.SUCCESS : PayoutStatus.FAILED,
    }));
    expect((await problemsOf(/missing, null or new/, connector)).join()).toContain(
      "FAILED, which the provider did not say",
    );
  });

  it("trouble taken for a no, and for a yes", async () => {
    const calm: Get = async (request, context) =>
      (acme.get as Get)(request, context).catch(() => ({ payoutStatus: PayoutStatus.SUCCESS }));
    const problems = await problemsOf(/lost, broken/, { ...acme, get: calm });
    expect(problems.join()).toContain(
      "with status 500 for GET /v1/links/lnk_7Hq2 it must fail with PROVIDER_UNAVAILABLE",
    );
    const parsing = withGet((body) => ({
      payoutStatus: acme.statuses[(body as { status: string }).status] as number,
    }));
    expect((await problemsOf(/lost, broken/, parsing)).join()).toContain("with a page instead of JSON");
  });

  it("an effect declared a read", async () => {
    const careless = withLinkBody(() => ({ effect: "read" }));
    expect((await problemsOf(/declares the requests/, careless)).join()).toContain(
      "createLink: it sends only reads",
    );
  });
});
