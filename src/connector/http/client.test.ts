import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { type Step, startPlayback } from "../../../kit/playback.ts";
import {
  acme,
  canary,
  cleanUpWith,
  failureOf,
  type Key,
  keyed,
  ok,
  post,
  read,
  reasonOf,
  setUp,
} from "../../../test/support/stages/acme-client.ts";
import { Failure } from "../../core/failure.ts";
import type { Reason } from "../../core/reasons.ts";
import { Secret } from "../../security/secret.ts";
import { createHttpClient } from "./client.ts";
import { unguarded } from "./effect-guard.ts";
import type { HttpRequest } from "./request.ts";

describe("requests", () => {
  it("carries base URL, authentication, headers, query and JSON", async () => {
    const { open, playback } = await setUp([ok]);
    const reply = await open().send({
      ...post,
      query: { page: 2, none: undefined },
      headers: { "X-Trace": "t" },
    });
    expect(reply).toMatchObject({
      status: 200,
      body: { id: "x" },
      text: '{"id":"x"}',
      effect: "once",
      connector: "acme",
    });
    const [seen] = playback.requests;
    expect(seen).toMatchObject({
      method: "POST",
      path: "/v1/links",
      query: { page: "2" },
      body: '{"amount":1}',
    });
    expect(seen?.headers).toMatchObject({
      authorization: `Bearer ${canary}`,
      "content-type": "application/json",
      "user-agent": expect.stringMatching(/^sluice\/\d/),
      "x-trace": "t",
    });
  });

  it("sends forms and ready-made bodies", async () => {
    const { http, playback } = await setUp([ok, ok]);
    await http.send({ method: "POST", path: "/form", form: { a: "1 2", b: 3, none: undefined } });
    await http.exchange({
      method: "POST",
      path: "/raw?x=1",
      body: "<x/>",
      headers: { "content-type": "text/xml" },
    });
    expect(playback.requests[0]).toMatchObject({ body: "a=1+2&b=3" });
    expect(playback.requests[0]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(playback.requests[1]).toMatchObject({ body: "<x/>", query: { x: "1" } });
  });

  it("chooses the host by credentials, and keeps the base URL's path", async () => {
    const [live, test] = await Promise.all([startPlayback([ok]), startPlayback([ok])]);
    const hosts = { live: `${live.url}/api`, test: `${test.url}/sandbox/` };
    const quiet = { info: () => {}, debug: () => {}, isLevelEnabled: () => false };
    const client = createHttpClient<Key>({ ...acme, hosts }, { log: quiet, now: Date.now });
    cleanUpWith(() => Promise.all([client.close(), live.close(), test.close()]));
    const call = { deadlineMs: Date.now() + 5_000, guard: unguarded };
    await client.open({ ...call, credentials: { api_key: new Secret(canary) } }).send(read);
    await client
      .open({ ...call, credentials: { api_key: new Secret(canary), environment: "test" } })
      .send(read);
    expect(live.requests.map(({ path }) => path)).toEqual(["/api/v1/links/lnk_1"]);
    expect(test.requests.map(({ path }) => path)).toEqual(["/sandbox/v1/links/lnk_1"]);
  });

  it.each([
    "/v1/../admin",
    "/v1/%2E%2e/admin",
    "/v1/a b",
    "/v1/x?y=1",
    "/v1/x#y",
    "v1",
    "//evil.example/x",
    "/v1\\x",
  ])("refuses the path %s", async (path) => {
    const { http, playback } = await setUp([ok]);
    expect(await reasonOf(http.send({ method: "GET", path }))).toBe("INVALID_DATA_FORMAT");
    expect(playback.requests).toEqual([]);
  });
});

it.each(["a\r\nx-injected: 1", "\u20ac"])("refuses the header value %j", async (value) => {
  const { http, playback } = await setUp([ok]);
  expect(await reasonOf(http.send({ ...post, headers: { "x-reference": value } }))).toBe(
    "INVALID_DATA_FORMAT",
  );
  expect(playback.requests).toEqual([]);
});

describe("before and after an effect", () => {
  it("awaits beforeFirstEffect once, before the first request that can change something", async () => {
    const { open, playback } = await setUp([ok, ok, ok]);
    const seenBefore: number[] = [];
    const http = open({
      guard: {
        ...unguarded,
        beforeFirstEffect: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          seenBefore.push(playback.requests.length);
        },
      },
    });
    await http.send(read);
    expect([seenBefore.length, http.effectSent]).toEqual([0, false]);
    await Promise.all([http.send(post), http.send(post)]);
    expect([seenBefore, http.effectSent]).toEqual([[1], true]);
  });

  it("sends nothing when beforeFirstEffect throws", async () => {
    const { open, playback } = await setUp([ok]);
    const http = open({
      guard: { ...unguarded, beforeFirstEffect: () => Promise.reject(new Error("disk full")) },
    });
    await expect(http.send(post)).rejects.toThrow("disk full");
    expect([playback.requests.length, http.effectSent]).toEqual([0, false]);
  });

  it("sends nothing that beforeSend blocks, on a new connection or an old one, and does not count it against the provider", async () => {
    const { open, playback } = await setUp([ok, ok]);
    const late = () => {
      throw new Failure("IDEMPOTENCY_IN_PROGRESS", "too late");
    };
    const http = open({ guard: { ...unguarded, beforeSend: late } });
    for (let round = 0; round < 12; round++)
      expect(await reasonOf(http.send(post))).toBe("IDEMPOTENCY_IN_PROGRESS");
    expect([playback.requests.length, http.effectSent]).toEqual([0, false]);
    await http.send(read);
    expect(await reasonOf(http.send(post))).toBe("IDEMPOTENCY_IN_PROGRESS");
    // The outcome of an earlier attempt is as unknown as before.
    const again = open({ guard: { ...unguarded, beforeSend: late }, resent: true });
    expect(await reasonOf(again.send(post))).toBe("OUTCOME_UNKNOWN");
    expect(playback.requests.map(({ method }) => method)).toEqual(["GET"]);
    await open({ guard: unguarded }).send(post);
    expect(playback.requests).toHaveLength(2);
  });

  it.each<[string, Step, HttpRequest, Reason, boolean]>([
    ["refused", { fault: "refused" }, post, "PROVIDER_UNAVAILABLE", false],
    ["reset", { fault: "reset" }, post, "OUTCOME_UNKNOWN", true],
    ["cut", { fault: "cut" }, post, "OUTCOME_UNKNOWN", true],
    ["garbage", { fault: "garbage" }, post, "OUTCOME_UNKNOWN", true],
    ["timeout", { fault: "timeout" }, post, "OUTCOME_UNKNOWN", true],
    ["timeout", { fault: "timeout" }, read, "PROVIDER_UNAVAILABLE", false],
    ["cut", { fault: "cut" }, read, "PROVIDER_UNAVAILABLE", false],
    ["huge", { status: 200, body: Buffer.alloc(1_100_000, " ") }, post, "OUTCOME_UNKNOWN", true],
    ["broken JSON", { status: 200, body: '{"id":' }, post, "OUTCOME_UNKNOWN", true],
    ["broken JSON", { status: 200, body: '{"id":' }, read, "PROVIDER_UNAVAILABLE", false],
    ["redirect", { status: 302, body: "", headers: { location: "/x" } }, post, "OUTCOME_UNKNOWN", true],
    ["redirect", { status: 302, body: "", headers: { location: "/x" } }, read, "PROVIDER_UNAVAILABLE", false],
  ])("classifies a lost reply: %s", async (_name, step, request, reason, effectSent) => {
    const { http } = await setUp([step], { retries: 0, headersTimeoutMs: 100 });
    const failure = await failureOf(http.send(request));
    expect([failure.reason, http.effectSent]).toEqual([reason, effectSent]);
    expect(failure.message).toMatch(/^acme .+\. .+\.$/);
    expect(failure.message).not.toContain("127.0.0.1");
  });

  it("does not reach a name that cannot be resolved, nor say that it did", async () => {
    const { open } = await setUp([], { retries: 0 }, { baseUrl: "http://sluice.invalid" });
    const http = open();
    expect([await reasonOf(http.send(post)), http.effectSent]).toEqual(["PROVIDER_UNAVAILABLE", false]);
  });
});

describe("deadline", () => {
  it("ends the call, also in the middle of a reply", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const drip = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanUpWith(async () => {
      server.closeAllConnections();
      server.close();
    });
    const { open } = await setUp(
      [],
      {},
      { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    );
    const startedAtMs = Date.now();
    expect(await reasonOf(open({ deadlineMs: startedAtMs + 150 }).send(keyed))).toBe("OUTCOME_UNKNOWN");
    expect(Date.now() - startedAtMs).toBeLessThan(2_000);
  });

  it("sends nothing once it has passed", async () => {
    const { open, playback } = await setUp([ok]);
    const http = open({ deadlineMs: Date.now() - 1 });
    expect([await reasonOf(http.send(post)), http.effectSent]).toEqual(["PROVIDER_UNAVAILABLE", false]);
    expect(playback.requests).toEqual([]);
  });
});

it("lets no secret of a request's path out, though it looks like a word and is repeated", async () => {
  const body = '{"error":{"code":"gone","message":"no canarytoken here"}}';
  const { http, lines } = await setUp([{ status: 404, body }]);
  const request: HttpRequest = { method: "GET", path: "/v1/links/canarytoken", secrets: ["canarytoken"] };
  const refusal = await http.send(request).catch((error: Error) => error);
  expect(refusal).toMatchObject({ message: "no [masked] here" });
  expect(lines.join()).toContain("/v1/links/:id");
  expect(lines.join()).not.toContain("canarytoken");
});

it("reports each call once, with ids and values masked", async () => {
  const { http, lines, calls } = await setUp([
    { status: 200, body: '{"status":"open","email":"ada@example.com"}' },
  ]);
  await http.send({ method: "GET", path: "/v1/links/lnk_1", query: { email: "ada@example.com" } });
  await reasonOf(http.send({ method: "GET", path: "/v1/../x" }));
  expect(lines).toEqual([
    expect.stringMatching(
      /^provider call {"connector":"acme","method":"GET","path":"\/v1\/links\/:id","status":200,"durationMs":[\d.]+,"tries":1}$/,
    ),
    'provider call bodies {"connector":"acme","reply":{"status":"open","email":"[masked]"}}',
  ]);
  expect(calls).toHaveLength(1);
});
