import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type FakeStripe, startFakeStripe } from "../fakes/stripe/fake-stripe.ts";
import type { PageReply } from "../support/clients/page-request.ts";
import { quick, type RunningService, startService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";
import { makeVisitedLink } from "./visited-link.ts";

const ada = { email: "ada@example.com", country: "US" };
const adaElsewhere = { email: "ada@example.org", country: "GB" };

/** Where the process dies that sends the recipient to Stripe, and who they then say they are. */
const onTheWay = [
  { step: "after the effect", again: ada },
  { step: "after the effect", again: adaElsewhere },
  { step: "before applyUpdate", again: ada },
] as const;

/** Where the process dies that looks what has become of them once they are back, and what the page says after that. */
const back = [
  { step: "before open", standing: "received" },
  { step: "after open", standing: "confirming" },
  { step: "after the effect", standing: "confirming" },
] as const;

const effects = { page: "POST /v2/core/accounts", refresh: "POST /v2/money_management/outbound_payments" };

describeEngines((newStore) => {
  let store: Store;
  beforeAll(async () => {
    store = await newStore();
  });
  afterAll(() => store.remove());

  describe("a recipient whose server is killed", () => {
    it.concurrent.each(onTheWay)(
      "on the way to Stripe, $step, goes on as $again.email and is paid once",
      async ({ step, again }) => {
        const stage = await startStage(store, step);
        try {
          await stage.crash("page", ada);
          expect(await stage.look()).toBe("open");
          await stage.goThere(again);
          await stage.expectPaidOnce();
          // Whoever says that they are somebody else has an account of their own. Nothing is paid to the first one.
          expect(stage.accounts()).toBe(again === ada ? 1 : 2);
        } finally {
          await stage.close();
        }
      },
      60_000,
    );

    it.concurrent.each(back)(
      "when they are back from Stripe, $step, is told that it is $standing, and paid once",
      async ({ step, standing }) => {
        const stage = await startStage(store);
        try {
          await stage.goThere(ada);
          await stage.restart(step);
          await stage.crash("refresh");
          expect(await stage.look()).toBe(standing);
          await stage.expectPaidOnce();
          expect(stage.accounts()).toBe(1);
        } finally {
          await stage.close();
        }
      },
      60_000,
    );
  });
});

/** One recipient with one link of Stripe's, and the process that serves them at the moment. */
async function startStage(store: Store, firstStep = "") {
  const stripe = await startFakeStripe();
  let step = firstStep;
  let service = await start(store, stripe, step);
  const credentials = { api_key: "sk_test_canary", financial_account: stripe.control.financialAccount };
  const link = await makeVisitedLink(service, {
    connector: "stripe",
    amount: 1000,
    headers: { "x-connector-config": JSON.stringify({ config: { Stripe: credentials } }) },
  });
  const payments = () => stripe.control.count("payments", link.id);
  const restart = async (nextStep = "") => {
    await service.kill();
    step = nextStep;
    service = await start(store, stripe, step);
  };
  const look = async () => {
    const { standing = "" } = await link.look(service);
    const isPaying = standing === "pending" || standing === "paid";
    if (standing !== "confirming") expect(payments()).toBe(isPaying ? 1 : 0);
    return standing;
  };
  const until = async (wanted: string) => {
    for (let round = 0; round < 6 && (await look()) !== wanted; round++) {
      await link.send(service, "refresh");
      await delay(300);
    }
    expect(await look()).toBe(wanted);
  };
  return {
    look,
    restart,
    accounts: () => stripe.control.count("accounts", link.id),
    /** Asks for something, and has the process die of it. Another one is there then. */
    async crash(action: "page" | "refresh", values?: Readonly<Record<string, string>>) {
      await dieOf(service, stripe, {
        step,
        effect: effects[action],
        ask: () => link.send(service, action, values),
      });
      stripe.control.heal();
      await restart();
    },
    /** Goes to Stripe's page, and gives everything there. */
    async goThere(values: Readonly<Record<string, string>>) {
      const { status, text } = await link.send(service, "page", values);
      expect(status).toBe(200);
      const account = /\/r\/(acct_\w+)/.exec(text)?.[1] ?? "";
      stripe.control.completeOnboarding(account);
    },
    /** Comes back until it is paid. The caller is told the same. */
    async expectPaidOnce() {
      await until("pending");
      const [attempt] = (await link.callerView(service)).attempts;
      expect(attempt).toMatchObject({ state: "ATTEMPT_STATE_PENDING" });
      stripe.control.settle(String(attempt?.connector_transaction_id), "posted");
      expect(await look()).toBe("pending");
      await until("paid");
      const view = await link.callerView(service);
      expect(view).toMatchObject({ payoutStatus: "SUCCESS", state: "LINK_STATE_COMPLETED" });
      const connector_transaction_id = attempt?.connector_transaction_id;
      const paid = { state: "ATTEMPT_STATE_SUCCEEDED", connector_transaction_id };
      expect(view.attempts).toMatchObject([paid]);
      expect(payments()).toBe(1);
    },
    async close() {
      await service.kill();
      await stripe.close();
    },
  };
}

function start(store: Store, stripe: FakeStripe, step: string): Promise<RunningService> {
  const isAtProvider = step.endsWith("the effect");
  return startService({
    patience: quick,
    fate: step === "" || isAtProvider ? "" : `kill ${step}`,
    environment: {
      ...store.environment,
      SLUICE_STRIPE_URL: stripe.url,
      // Not https: the fake is not, and nobody is sent from the one to the other.
      SLUICE_PUBLIC_URL: "http://127.0.0.1:1",
      SLUICE_TRUSTED_PROXIES: "1",
    },
  });
}

interface Death {
  readonly step: string;
  /** The request of the provider's that has the effect. */
  readonly effect: string;
  ask(): Promise<PageReply>;
}

async function dieOf(service: RunningService, stripe: FakeStripe, { step, effect, ask }: Death) {
  const isAtProvider = step.endsWith("the effect");
  const moment = step.startsWith("before") ? "before" : "after";
  if (isAtProvider) stripe.control.inject({ kind: "timeout", moment, match: effect });
  const broken = expect(ask()).rejects.toThrow("fetch failed");
  if (isAtProvider) {
    const arrived = () =>
      stripe.control.requests().some(({ method, path }) => `${method} ${path}` === effect);
    await vi.waitUntil(arrived, { timeout: 10_000, interval: 5 });
    // What the fake does "after" follows at once on the request's arrival.
    await delay(50);
    await service.kill();
  }
  await broken;
  await service.exited;
  expect(service.child.signalCode).toBe("SIGKILL");
}
