import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import type { Step } from "../../../kit/playback.ts";
import {
  cleanUpWith,
  failureOf,
  keyed,
  ok,
  post,
  read,
  reasonOf,
  setUp,
} from "../../../test/support/stages/acme-client.ts";
import type { Reason } from "../../core/reasons.ts";
import type { HttpRequest } from "./request.ts";

describe("retries", () => {
  const busy: Step = { status: 503, body: "" };
  it.each<[string, HttpRequest, Step[], number]>([
    ["a read, twice", read, [busy, { status: 502, body: "" }, ok], 3],
    ["a keyed request after a reset", keyed, [{ fault: "reset" }, ok], 2],
    [
      "a keyed request after 429 with a short delay",
      keyed,
      [{ status: 429, body: "", headers: { "retry-after": "0" } }, ok],
      2,
    ],
    ["a keyed request after 504", keyed, [{ status: 504, body: "" }, ok], 2],
  ])("repeats %s", async (_name, request, steps, count) => {
    const { http, playback } = await setUp(steps);
    expect((await http.send(request)).status).toBe(200);
    expect(playback.requests.length).toBe(count);
    expect(new Set(playback.requests.map(({ body }) => body)).size).toBe(1);
  });

  it.each<[string, HttpRequest, Step, Reason]>([
    ["a request without a key", post, busy, "OUTCOME_UNKNOWN"],
    ["a request without a key after a reset", post, { fault: "reset" }, "OUTCOME_UNKNOWN"],
    ["a request without a key after 429", post, { status: 429, body: "" }, "PROVIDER_RATE_LIMITED"],
    ["after 500", keyed, { status: 500, body: "" }, "OUTCOME_UNKNOWN"],
    [
      "after a delay that is too long",
      read,
      { status: 429, body: "", headers: { "retry-after": "30" } },
      "PROVIDER_RATE_LIMITED",
    ],
  ])("does not repeat %s", async (_name, request, step, reason) => {
    const { http, playback } = await setUp([step, ok]);
    const failure = await failureOf(http.send(request));
    expect([failure.reason, playback.requests.length]).toEqual([reason, 1]);
    if (step === undefined || !("headers" in step)) return;
    expect(failure.retryAfterMs).toBe(30_000);
  });

  it("stops after two, and before the deadline", async () => {
    const { http, playback, open } = await setUp(Array.from({ length: 9 }, () => busy));
    expect(await reasonOf(http.send(read))).toBe("PROVIDER_UNAVAILABLE");
    expect(playback.requests.length).toBe(3);
    const slow = { ...busy, headers: { "retry-after": "2" } };
    const second = await setUp([slow, slow]);
    expect(await reasonOf(second.open({ deadlineMs: Date.now() + 1_000 }).send(read))).toBe(
      "PROVIDER_UNAVAILABLE",
    );
    expect(second.playback.requests.length).toBe(1);
    expect(open().effectSent).toBe(false);
  });

  it("repeats no more than a tenth of many", async () => {
    const limited: Step = { status: 429, body: "{}", headers: { "retry-after": "0" } };
    const { open, playback } = await setUp(Array.from({ length: 120 }, () => limited));
    for (let call = 0; call < 40; call++) await reasonOf(open().send(read));
    expect(playback.requests.length).toBeGreaterThanOrEqual(50);
    expect(playback.requests.length).toBeLessThanOrEqual(54);
  });

  it("repeats a request of any kind once when no connection was made", async () => {
    const server = createServer((_, response) => response.end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const listen = () => server.listen(port, "127.0.0.1");
    subscribe("undici:client:connectError", listen);
    cleanUpWith(async () => {
      unsubscribe("undici:client:connectError", listen);
      server.closeAllConnections();
      server.close();
    });
    const { open, calls } = await setUp([], {}, { baseUrl: `http://127.0.0.1:${port}` });
    expect((await open().send(post)).status).toBe(200);
    expect(calls).toMatchObject([{ status: 200, tries: 2 }]);
  });

  it("knows that an earlier try may have had an effect", async () => {
    const unknown: Step = { status: 503, body: "" };
    for (const status of [401, 403, 409]) {
      const { http } = await setUp([unknown, { status, body: "{}" }]);
      expect(await reasonOf(http.send(keyed))).toBe("OUTCOME_UNKNOWN");
    }
    const { http } = await setUp([
      unknown,
      { status: 402, body: '{"error":{"code":"too_poor","message":"no"}}' },
    ]);
    await expect(http.send(keyed)).rejects.toMatchObject({ reason: "INSUFFICIENT_FUNDS" });
    const refused = await setUp([unknown, { fault: "refused" }]);
    expect(await reasonOf(refused.http.send(keyed))).toBe("OUTCOME_UNKNOWN");
  });

  it("knows it of an earlier attempt too", async () => {
    for (const step of [
      { status: 401, body: "{}" },
      { status: 429, body: "{}" },
      { fault: "refused" },
    ] as const) {
      const { open } = await setUp([step], { retries: 0 });
      expect(await reasonOf(open({ resent: true }).send(keyed))).toBe("OUTCOME_UNKNOWN");
    }
  });
});
