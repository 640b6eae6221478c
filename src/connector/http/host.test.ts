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
import { Refusal } from "../../core/failure.ts";
import { unguarded } from "./effect-guard.ts";

describe("protection", () => {
  it("opens the breaker after ten failures, and closes it after a good answer", async () => {
    const steps = [...Array.from({ length: 10 }, () => ({ status: 500, body: "" })), ok, ok];
    const { open, playback } = await setUp(steps, { retries: 0, breakMs: 50 });
    for (let call = 0; call < 10; call++) await reasonOf(open().send(read));
    const http = open({
      guard: { ...unguarded, beforeFirstEffect: () => Promise.reject(new Error("nothing must be written")) },
    });
    const failure = await failureOf(http.send(post));
    expect(failure).toMatchObject({ reason: "PROVIDER_UNAVAILABLE", retryAfterMs: 50 });
    expect([playback.requests.length, http.effectSent]).toEqual([10, false]);
    await expect
      .poll(() =>
        open()
          .send(read)
          .then(
            ({ status }) => status,
            () => 0,
          ),
      )
      .toBe(200);
    expect((await open().send(read)).status).toBe(200);
  });

  it("keeps the doubt of a try after which it opened", async () => {
    const steps = Array.from({ length: 10 }, () => ({ status: 503, body: "" }));
    const { open, playback } = await setUp(steps);
    for (let call = 0; call < 9; call++) await reasonOf(open().send(post));
    const failure = await failureOf(open().send(keyed));
    expect([failure.reason, playback.requests.length]).toEqual(["OUTCOME_UNKNOWN", 10]);
  });

  it("lets one request test the water, and makes none wait for it", async () => {
    const steps: Step[] = Array.from({ length: 10 }, () => ({ status: 500, body: "" }));
    const { open, playback } = await setUp([...steps, { fault: "timeout" }], { retries: 0, breakMs: 0 });
    for (let call = 0; call < 10; call++) await reasonOf(open().send(read));
    const first = reasonOf(open({ deadlineMs: Date.now() + 300 }).send(read));
    await expect.poll(() => playback.requests.length).toBe(11);
    expect((await failureOf(open().send(read))).message).toContain("acme was not called");
    expect(await first).toBe("PROVIDER_UNAVAILABLE");
  });

  it("never counts a 4xx, nor a caller's own short deadline", async () => {
    const no: Step = { status: 404, body: "{}" };
    const refusing = await setUp([...Array.from({ length: 12 }, () => no), ok], { retries: 0 });
    for (let call = 0; call < 12; call++)
      await expect(refusing.open().send(read)).rejects.toBeInstanceOf(Refusal);
    expect((await refusing.open().send(read)).status).toBe(200);
    const late = await setUp([...Array.from({ length: 12 }, () => ({ fault: "timeout" }) as const), ok], {
      retries: 0,
    });
    const calls = Array.from({ length: 12 }, () => late.open({ deadlineMs: Date.now() + 200 }).send(read));
    await Promise.all(calls.map(reasonOf));
    expect(late.playback.requests.length).toBe(12);
    expect((await late.open().send(read)).status).toBe(200);
  });

  it("lets so many through, so many wait, and sends the rest away", async () => {
    const arrived = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const server = createServer(async (_, response) => {
      arrived.resolve();
      await release.promise;
      response.end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanUpWith(async () => server.close());
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { open } = await setUp([], { inFlight: 1, queue: 2 }, { baseUrl });
    const first = open().send(post);
    await arrived.promise;
    const waiting = open().send(post);
    const impatient = open({ deadlineMs: Date.now() + 50 });
    expect([await reasonOf(impatient.send(post)), impatient.effectSent]).toEqual([
      "PROVIDER_UNAVAILABLE",
      false,
    ]);
    const third = open();
    const failure = await failureOf(third.send(post));
    expect(failure).toMatchObject({ reason: "CONNECTOR_BUSY", retryAfterMs: 1_000 });
    expect(third.effectSent).toBe(false);
    release.resolve();
    expect(await Promise.all([first, waiting].map(async (call) => (await call).status))).toEqual([200, 200]);
  });
});
