import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebhookRequest } from "../src/connector/contract.ts";
import { Secret } from "../src/security/secret.ts";
import type { Told } from "./support/clients.ts";
import {
  type ConformanceStage,
  conformanceSubjects,
  newTestLink,
  type Subject,
  startConformance,
  type TestLink,
} from "./support/conformance-stage.ts";
import { describeEngines, type Store } from "./support/engines.ts";
import type { ProviderFault, SignedWebhook } from "./support/provider-fake.ts";

/**
 * What every connector must hold to, whatever its provider: driven through the real service against the provider's fake. Two
 * links that could both be paid, and a paid one that is called failed, are the worst that can happen.
 */
const subjects = await conformanceSubjects();

/** Faults besides silence. A provider that says 429 has done nothing. */
const faults: readonly ProviderFault[] = (["reset", "error500", "garbage", "cut"] as const)
  .flatMap((kind): ProviderFault[] => [
    { kind, when: "before" },
    { kind, when: "after" },
  ])
  .concat({ kind: "rateLimit", when: "before" });

describeEngines((newStore) => {
  let store: Store;
  let stage: ConformanceStage;
  /** Goes on beside the other tests, for a silent provider is waited for ten seconds. */
  let silence: Promise<unknown>;

  beforeAll(async () => {
    store = await newStore();
    stage = await startConformance(subjects, store);
    silence = meetSilence(await newStore()).catch((error: unknown) => error);
  });
  afterAll(async () => {
    await silence;
    await stage.stop();
    store.remove();
  });

  describe.each(subjects)("$name", (subject) => {
    const { name, connector } = subject;
    const newLink = () => newTestLink(stage, subject);
    const fake = () => stage.fake(name);

    it("makes a link that its recipient claims and is paid by", async () => {
      const link = newLink();
      const made = await link.create();
      expect(made.reply).toMatchObject({
        payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
        payout_link: { url: expect.stringMatching(/^https?:\/\//), state: "LINK_STATE_ACTIVE" },
      });
      expect(link.one().isLive).toBe(true);
      expect(statusOf(await link.get())).toBe("REQUIRES_PAYOUT_METHOD_DATA");
      fake().claim(link.one().id);
      expect(["PENDING", "REQUIRES_FULFILLMENT", "SUCCESS"]).toContain(statusOf(await link.get()));
      fake().pay(link.one().id);
      expect(statusOf(await link.get())).toBe("SUCCESS");
    });

    it("answers a repeat with the first reply, and fifty at once with one link", async () => {
      const link = newLink();
      const first = await link.create();
      expect((await link.create()).reply).toEqual(first.reply);
      const crowd = newLink();
      await Promise.all(Array.from({ length: 50 }, crowd.create));
      expect((await crowd.createAtLast()).reply).toMatchObject({ status_code: 200 });
      expect([link.there().length, crowd.there().length]).toEqual([1, 1]);
    });

    it("lets a recipient whose payment failed try again, where the provider does", async () => {
      const link = newLink();
      await link.create();
      fake().claim(link.one().id);
      await link.get();
      fake().fail(link.one().id);
      const told = await link.get();
      expect(statusOf(told)).not.toBe("SUCCESS");
      if (!link.one().isLive) return;
      expect(statusOf(told), "a link that can still be claimed has not failed").not.toBe("FAILED");
      expect(told.reply).toMatchObject({ payout_link: { state: "LINK_STATE_ACTIVE" } });
      fake().claim(link.one().id);
      fake().pay(link.one().id);
      expect(statusOf(await link.get())).toBe("SUCCESS");
    });

    it("says that a link has expired", async () => {
      const link = newLink();
      await link.create();
      fake().expire(link.one().id);
      expect(statusOf(await link.get())).toBe("EXPIRED");
    });

    it("does not say so by its own clock of one that can still be claimed", async () => {
      const link = newLink();
      await link.create();
      await stage.outlive(link.id);
      const told = await link.get();
      expect(told.reply).toMatchObject({
        payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
        payout_link: { state: "LINK_STATE_ACTIVE" },
      });
      fake().claim(link.one().id);
      fake().pay(link.one().id);
      expect(statusOf(await link.get())).toBe("SUCCESS");
    });

    it(connector.void ? "cancels a link" : "says that it has no Void", async () => {
      const link = newLink();
      await link.create();
      const told = await link.void();
      if (!connector.void) {
        expect(told).toMatchObject({ code: "UNIMPLEMENTED", reason: "UNSUPPORTED_OPERATION" });
        expect(told.message).toContain(`${name} does not support Void`);
        return;
      }
      expect(statusOf(told)).toBe("CANCELLED");
      expect(link.one().isLive).toBe(false);
      expect(statusOf(await link.get())).toBe("CANCELLED");
    });

    if (connector.void) {
      it("does not call a paid link cancelled", async () => {
        const link = newLink();
        await link.create();
        fake().claim(link.one().id);
        fake().pay(link.one().id);
        expect(statusOf(await link.void())).not.toBe("CANCELLED");
        expect(statusOf(await link.get())).toBe("SUCCESS");
      });
    }

    it.each(faults)("makes one link when CreateLink meets $kind $when", async (fault) => {
      for (const method of await stage.methods(subject, "create")) {
        const link = newLink();
        fake().inject({ ...fault, method });
        notFailed(await link.create());
        const made = await link.createAtLast();
        expect(made, stage.output()).toMatchObject({
          reply: { payout_status: "REQUIRES_PAYOUT_METHOD_DATA" },
        });
        expect(link.one().isLive).toBe(true);
        expect(made.reply).toMatchObject({ payout_link: { url: expect.stringMatching(/^http/) } });
      }
    });

    it.each(faults)("never calls a paid link anything else when Get meets $kind $when", async (fault) => {
      const link = newLink();
      await link.create();
      fake().claim(link.one().id);
      fake().pay(link.one().id);
      fake().inject(fault);
      const told = await link.get();
      if (told.reply) expect(["SUCCESS", "PENDING", "REQUIRES_PAYOUT_METHOD_DATA"]).toContain(statusOf(told));
      else expect(told.code).toMatch(/^(UNAVAILABLE|RESOURCE_EXHAUSTED)$/);
      expect(statusOf(await link.get())).toBe("SUCCESS");
    });

    if (connector.void) {
      it.each(faults)("leaves no link open when Void meets $kind $when", async (fault) => {
        for (const method of await stage.methods(subject, "void")) {
          const link = newLink();
          await link.create();
          fake().inject({ ...fault, method });
          notFailed(await link.void());
          expect(statusOf(await link.voidAtLast()), stage.output()).toBe("CANCELLED");
          expect(link.one().isLive).toBe(false);
        }
      });
    }

    const { webhook } = connector;
    if (webhook) {
      it("reads webhooks that come late and out of order as being about one payout", async () => {
        const link = newLink();
        const made = await link.create();
        const secret = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnk=";
        const told = [fake().webhook(link.one().id, secret)];
        const ids = [made.reply?.connector_payout_id, link.one().id];
        for (const step of ["claim", "pay"] as const) {
          fake()[step](link.one().id);
          told.push(fake().webhook(link.one().id, secret));
        }
        for (const each of told.reverse()) {
          const request = arrived(each);
          expect(webhook.verify(request, [new Secret("whsec_b3RoZXI="), new Secret(secret)])).toBe(true);
          expect(webhook.verify(request, [new Secret("whsec_b3RoZXI=")])).toBe(false);
          const named = webhook.read(request)?.connectorPayoutIds ?? [];
          expect(named).toHaveLength(subject.namesPayouts ? 1 : 0);
          expect(ids).toEqual(expect.arrayContaining([...named]));
        }
      });
    }
  });

  it("finds out what a silent provider did", { timeout: 60_000 }, async () => {
    expect(await silence).toBeUndefined();
  });
});

/** Has every connector meet silence, on a service of its own. */
async function meetSilence(store: Store): Promise<void> {
  const stage = await startConformance(subjects, store);
  try {
    await Promise.all(subjects.map((subject) => meetSilenceOf(stage, subject)));
  } finally {
    await stage.stop();
    store.remove();
  }
}

/** Several calls wait at once. */
async function meetSilenceOf(stage: ConformanceStage, subject: Subject): Promise<void> {
  const fake = stage.fake(subject.name);
  const toVoid = [newTestLink(stage, subject), newTestLink(stage, subject)];
  const toMake = [newTestLink(stage, subject), newTestLink(stage, subject)];
  if (subject.connector.void) for (const link of toVoid) await link.create();
  const waiting: Promise<Told>[] = [];
  const strike = async (when: ProviderFault["when"], method: string, call: () => Promise<Told>) => {
    fake.inject({ kind: "timeout", when, method });
    const before = fake.requests().length;
    waiting.push(call());
    await expect
      .poll(() =>
        fake
          .requests()
          .slice(before)
          .some((each) => each.method === method),
      )
      .toBe(true);
  };
  for (const [index, when] of (["before", "after"] as const).entries())
    await strike(when, "POST", () => (toMake[index] as TestLink).create());
  const voids = subject.connector.void && (await stage.methods(subject, "void")).at(-1);
  for (const [index, when] of (["before", "after"] as const).entries())
    if (voids) await strike(when, voids, () => (toVoid[index] as TestLink).void());
  for (const told of await Promise.all(waiting)) notFailed(told);
  for (const link of toMake) {
    expect(await link.createAtLast()).toMatchObject({
      reply: { payout_status: "REQUIRES_PAYOUT_METHOD_DATA" },
    });
    expect(link.one().isLive).toBe(true);
  }
  if (!voids) return;
  for (const link of toVoid) {
    expect(statusOf(await link.voidAtLast())).toBe("CANCELLED");
    expect(link.one().isLive).toBe(false);
  }
}

function statusOf({ reply, code, message }: Told): unknown {
  return reply ? reply.payout_status : `${code}: ${message}`;
}

/** Trouble is no answer: a call that met it may have been carried out, or can be repeated. */
function notFailed(told: Told): void {
  if (told.reply) expect(told.reply).not.toMatchObject({ payout_status: "FAILED" });
  else expect(told.code).toMatch(/^(UNAVAILABLE|ABORTED|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED)$/);
}

function arrived({ headers, body }: SignedWebhook): WebhookRequest {
  const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));
  return { header: (name) => values.get(name) ?? [], body: Buffer.from(body), receivedAtMs: Date.now() };
}
