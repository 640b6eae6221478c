import { connect } from "node:http2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCall, readReply } from "../edge/raw-grpc.ts";
import { askPage, hiddenFields, openForm } from "../support/clients/page-request.ts";
import { callLink, type MadeLink, makeLink, personWithAccount } from "../support/clients/recipient.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";

const folder = temporaryFolder();
let service: RunningService;

beforeAll(async () => {
  service = await startService({
    environment: { SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`, SLUICE_TRUSTED_PROXIES: "1" },
  });
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

const newLink = () => makeLink(service);
const look = (link: MadeLink) => callLink(service, "Get", link);
const filled = async (link: MadeLink) => ({
  ...(await openForm(link)),
  ...personWithAccount("000123456789"),
});

describe("a form", () => {
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "sec-fetch-site": "same-origin",
    origin: "null",
    "x-forwarded-for": "203.0.113.1",
  };

  it("counts when it comes in pieces, without its length", async () => {
    const link = await newLink();
    const body = new Blob([new URLSearchParams(await filled(link)).toString()]).stream();
    const reply = await fetch(link.url, {
      method: "POST",
      redirect: "manual",
      headers,
      body,
      duplex: "half",
    });
    expect(reply.status).toBe(303);
    expect((await look(link)).payout_status).toBe("SUCCESS");
  });

  it("counts when it comes over HTTP/2, with its length or without", async () => {
    const session = connect(new URL((await newLink()).url).origin);
    for (const isLengthSaid of [true, false]) {
      const link = await newLink();
      const body = new URLSearchParams(await filled(link)).toString();
      const length = isLengthSaid ? { "content-length": String(body.length) } : {};
      const stream = openCall(session, { ":path": new URL(link.url).pathname, ...headers, ...length });
      stream.end(body);
      expect((await readReply(stream)).headers[":status"]).toBe(303);
      expect((await look(link)).payout_status).toBe("SUCCESS");
    }
    session.close();
  });

  it.each<[string, number, (form: Record<string, string>) => string]>([
    ["is too large", 413, (form) => `${new URLSearchParams(form)}&x=${"x".repeat(20_000)}`],
    ["is far too large", 413, (form) => `${new URLSearchParams(form)}&x=${"x".repeat(200_000)}`],
    [
      "has too many fields",
      400,
      (form) => `${new URLSearchParams(form)}${Array.from({ length: 40 }, (_, at) => `&f${at}=x`).join("")}`,
    ],
    ["says what to do twice", 400, (form) => `${new URLSearchParams(form)}&do=refresh`],
    ["says __proto__ twice", 400, (form) => `${new URLSearchParams(form)}&__proto__=a&__proto__=b`],
    ["asks for what objects have", 400, (form) => `${new URLSearchParams({ ...form, do: "__proto__" })}`],
    ["has a NUL", 422, (form) => `${new URLSearchParams(form)}`.replace("Lovelace", "Love%00lace")],
    ["turns text around", 422, (form) => `${new URLSearchParams({ ...form, city: "a\u202eb" })}`],
    ["breaks a line", 422, (form) => `${new URLSearchParams({ ...form, line1: "a\r\nb" })}`],
    ["has a line separator", 422, (form) => `${new URLSearchParams({ ...form, firstName: "a\u2028b" })}`],
    ["is no text", 422, (form) => `${new URLSearchParams(form)}`.replace("Lovelace", "%ff%fe")],
    [
      "has half of a character",
      422,
      (form) => `${new URLSearchParams(form)}`.replace("Lovelace", "%ED%A0%80"),
    ],
    [
      "names a country that objects have",
      422,
      (form) => `${new URLSearchParams({ ...form, country: "__proto__" })}`,
    ],
    [
      "names a region that objects have",
      422,
      (form) => `${new URLSearchParams({ ...form, region: "constructor" })}`,
    ],
  ])("that %s is answered %i, and nothing is paid", async (_name, status, write) => {
    const link = await newLink();
    expect((await askPage(link.url, { body: write(await filled(link)) })).status).toBe(status);
    expect(await look(link)).toMatchObject({ payout_status: "REQUIRES_PAYOUT_METHOD_DATA" });
  });

  it.each(["abc", "", "0", "-1", "2", "1.5", "1e999", "9".repeat(400)])(
    "of entry %j is no order to pay",
    async (entry) => {
      const link = await newLink();
      const { status } = await askPage(link.url, { body: { ...(await filled(link)), entry } });
      expect(status).toBe(303);
      expect((await look(link)).payout_status).toBe("REQUIRES_PAYOUT_METHOD_DATA");
    },
  );

  it.each([
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/json",
    "application/x-www-form-urlencoded-not",
  ])("in %s is none", async (type) => {
    const link = await newLink();
    const body = new URLSearchParams(await filled(link)).toString();
    expect((await askPage(link.url, { body, headers: { "content-type": type } })).status).toBe(400);
    expect((await look(link)).payout_status).toBe("REQUIRES_PAYOUT_METHOD_DATA");
  });

  it("is let in only as browsers send one of ours", async () => {
    const link = await newLink();
    const { origin } = new URL(link.url);
    const post = async (said: Record<string, string>) => {
      const body = new URLSearchParams(hiddenFields((await askPage(link.url)).text));
      const from = { "x-forwarded-for": "203.0.113.77" };
      return (
        await fetch(link.url, { method: "POST", redirect: "manual", headers: { ...from, ...said }, body })
      ).status;
    };
    const cases: readonly [number, Record<string, string>][] = [
      [303, { "sec-fetch-site": "same-origin", origin: "null" }],
      [303, { "sec-fetch-site": "none", origin: "null" }],
      [303, { origin: "null" }],
      [303, { origin }],
      [403, {}],
      [403, { "sec-fetch-site": "cross-site", origin: "null" }],
      [403, { "sec-fetch-site": "same-site", origin }],
      [403, { "sec-fetch-site": "cross-site", origin }],
      [403, { "sec-fetch-site": "bogus", origin }],
      [403, { "sec-fetch-site": "", origin }],
      [403, { origin: origin.replace("127.0.0.1", "localhost") }],
      [403, { origin: `${origin}.evil.example` }],
      [403, { origin: `${origin}, null` }],
    ];
    for (const [status, said] of cases) expect([await post(said), said]).toEqual([status, said]);
  });
});
