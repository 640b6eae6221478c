import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type FakeStripe, startFakeStripe } from "../fakes/stripe/fake-stripe.ts";
import { callGrpcJs, linkIdOf, type TestCall, type Told } from "../support/clients/clients.ts";
import { quick, type RunningService, startService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";

const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const recipient = {
  customer: { email: { value: "ada@example.com" }, name: "Ada Lovelace" },
  address: { billing_address: { country_alpha2_code: "US" } },
};

/** Where the process dies: around each thing it does to its ledger, and around what the provider does. */
const ledgerSteps = ["before findAttempt", "before open", "after open", "before complete", "after complete"];
const providerSteps = ["before the effect", "after the effect"];

/** What is done when the process dies. */
interface Scenario {
  readonly rpc: "createLink" | "transfer";
  /** The request that has the effect. */
  readonly effect: string;
  readonly steps: readonly string[];
  count(stripe: FakeStripe, payoutId: string): number;
}

const scenarios: readonly Scenario[] = [
  {
    rpc: "createLink",
    effect: "POST /v2/core/accounts",
    steps: [...ledgerSteps, ...providerSteps],
    count: (stripe, payoutId) => stripe.control.count("accounts", payoutId),
  },
  {
    rpc: "transfer",
    effect: "POST /v2/money_management/outbound_payments",
    steps: ["before findPayout", ...ledgerSteps, ...providerSteps],
    count: (stripe, payoutId) => stripe.control.count("payments", payoutId),
  },
];

describeEngines((newStore) => {
  let store: Store;
  beforeAll(async () => {
    store = await newStore();
  });
  afterAll(() => store.remove());

  const start = (stripe: FakeStripe, kill = "") =>
    startService({
      patience: quick,
      fate: kill === "" ? "" : `kill ${kill}`,
      environment: {
        ...store.environment,
        SLUICE_STRIPE_URL: stripe.url,
        SLUICE_LOG_LEVEL: "warn",
        SLUICE_PUBLIC_URL: "https://pay.example.com",
      },
    });

  describe.each(scenarios)("$rpc", (scenario) => {
    it.concurrent.each(scenario.steps)(
      "has its effect once when the process is killed %s",
      async (step) => {
        const stripe = await startFakeStripe();
        const calls = callsOf(`${scenario.rpc} ${step}`, stripe);
        const call = calls[scenario.rpc];
        let service = await start(stripe);
        try {
          if (scenario.rpc === "transfer") {
            const made = await callGrpcJs(service, calls.createLink);
            stripe.control.completeOnboarding(made.reply?.connector_payout_id as string);
          }
          await service.stop();
          service = await start(stripe, providerSteps.includes(step) ? "" : step);
          const told = await callAndCrash(service, stripe, { call, step, effect: scenario.effect });
          service = await start(stripe);
          const answer = await untilAnswered(service, call);
          expect(answer.reply).toMatchObject({ status_code: 200 });
          // Whatever was answered before the crash is answered again.
          if (told.reply) expect(answer.reply).toEqual(told.reply);
          expect((await callGrpcJs(service, call)).reply).toEqual(answer.reply);
          const known = await callGrpcJs(service, calls.get);
          expect(scenario.count(stripe, linkIdOf(known))).toBe(1);
        } finally {
          await service.kill();
          await stripe.close();
        }
      },
      60_000,
    );
  });
});

function callsOf(
  id: string,
  stripe: FakeStripe,
): Readonly<Record<"createLink" | "transfer" | "get", TestCall>> {
  const credentials = { api_key: "sk_test_canary", financial_account: stripe.control.financialAccount };
  const headers = { "x-connector-config": JSON.stringify({ config: { Stripe: credentials } }) };
  const name = { merchant_payout_id: id };
  return {
    createLink: { rpc: "createLink", headers, body: { ...name, ...money, ...recipient } },
    transfer: { rpc: "transfer", headers, body: { ...name, ...money } },
    get: { rpc: "get", headers, body: name },
  };
}

/** Calls, lets the process die in the middle, and returns what the caller was told, if anything. */
async function callAndCrash(
  service: RunningService,
  stripe: FakeStripe,
  { call, step, effect }: { readonly call: TestCall; readonly step: string; readonly effect: string },
): Promise<Told> {
  if (!providerSteps.includes(step)) {
    const told = await callGrpcJs(service, call);
    await service.exited;
    return told;
  }
  const moment = step === "before the effect" ? "before" : "after";
  stripe.control.inject({ kind: "timeout", moment, match: effect });
  const told = callGrpcJs(service, call);
  const arrived = () => stripe.control.requests().some(({ method, path }) => `${method} ${path}` === effect);
  await vi.waitUntil(arrived, { timeout: 10_000, interval: 5 });
  // What the fake does "after" follows at once on the request's arrival.
  await delay(50);
  await service.kill();
  return told;
}

/** Repeats a call until it is answered, as its error tells callers to. */
async function untilAnswered(service: RunningService, call: TestCall): Promise<Told> {
  for (let round = 0; round < 100; round++) {
    const told = await callGrpcJs(service, call);
    if (told.code !== "ABORTED" && told.code !== "UNAVAILABLE") return told;
    await delay(100);
  }
  throw new Error("It was never answered.");
}
