import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quick } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";
import { accounts, type PagesStage, type PagesWish, startPagesStage } from "./pages-stage.ts";
import { readLook } from "./visited-link.ts";

const { good, other, closed } = accounts;

/** Where the process dies, and what the page says when it is reloaded. */
type Steps = Readonly<Record<string, string>>;

interface Scenario extends PagesWish {
  /** What the recipient does when they are back. */
  readonly about: string;
  /** Whether a payment has failed before. */
  readonly isAnew?: boolean;
  /** The account that they give first then. */
  readonly next: string;
  /** Where the link stands after the details are in, where it is not paid at once. */
  readonly end?: "pending" | "waiting";
  readonly steps: Steps;
}

const scenarios: readonly Scenario[] = [
  {
    about: "gives the same details again",
    connector: "by-key",
    next: good,
    steps: {
      "after markOpened": "open",
      "after takeCodeGuess": "open",
      "before open": "open",
      "after open": "confirming",
      "before complete": "confirming",
      "before the effect": "confirming",
      "after the effect": "confirming",
      "after complete": "paid",
    },
  },
  {
    about: "gives others first",
    connector: "by-key",
    next: other,
    steps: { "after the effect": "confirming" },
  },
  {
    about: "gives the same again after a payment that failed",
    connector: "by-key",
    isAnew: true,
    next: good,
    steps: {
      "before reopenLink": "failedOpen details",
      "after reopenLink": "open",
      "after the effect": "confirming",
    },
  },
  {
    about: "gives others first, to a provider that is asked what it made",
    connector: "by-lookup",
    next: other,
    steps: { "before the effect": "confirming", "after the effect": "confirming" },
  },
  {
    about: "gives the same again while the payment is on its way",
    connector: "by-lookup",
    next: good,
    end: "pending",
    steps: { "after the effect": "confirming" },
  },
  {
    about: "gives the same again to be paid later",
    connector: "by-key",
    isManual: true,
    next: good,
    end: "waiting",
    steps: { "after the effect": "confirming" },
  },
];

describeEngines((newStore) => {
  let store: Store;
  beforeAll(async () => {
    store = await newStore();
  });
  afterAll(() => store.remove());

  describe.each(scenarios)("a recipient whose server is killed, and who $about,", (scenario) => {
    it.concurrent.each(Object.entries(scenario.steps))(
      "is paid once when that was %s, and told that it is %s",
      async (step, standing) => {
        const stage = await startPagesStage(store, scenario, fateOf(step));
        try {
          if (scenario.end === "pending") stage.provider.setStatus("under_way");
          await crash(stage, step, scenario);
          await stage.restart();
          await expectStanding(stage, standing);
          await giveUntilTaken(stage, scenario);
          await expectTaken(stage, scenario);
          await expectPaidOnce(stage, step, scenario);
        } finally {
          await stage.close();
        }
      },
      60_000,
    );
  });
});

/** What the provider does, and not the ledger. */
function isAtProvider(step: string): boolean {
  return step.endsWith("the effect");
}

function fateOf(step: string): string {
  return isAtProvider(step) ? "" : `kill ${step}`;
}

/** Gives details to a process that dies. */
async function crash({ provider, link, service }: PagesStage, step: string, scenario: Scenario) {
  const isOpening = step.endsWith("markOpened");
  if (!isOpening) await link.begin(service);
  if (scenario.isAnew) await link.give(service, closed);
  const request = scenario.isManual ? "POST /accounts" : "POST /transfers";
  const held = isAtProvider(step) && provider.hold(request, step === "before the effect");
  const posted = isOpening ? link.begin(service) : link.give(service, good);
  const broken = expect(posted).rejects.toThrow("fetch failed");
  if (held) {
    await held;
    service.child.kill("SIGKILL");
  }
  await broken;
  await service.exited;
  expect(service.child.signalCode).toBe("SIGKILL");
}

/** The reloaded page says how it is. Where nobody knows, looking sends nothing, and learns no more than there is to know. */
async function expectStanding({ provider, link, service, look, callerView }: PagesStage, standing: string) {
  expect(await look()).toBe(standing);
  if (standing !== "confirming") return;
  const before = provider.requests.length;
  await link.send(service, "refresh");
  expect(await look()).toBe("confirming");
  expect(provider.requests).toHaveLength(before);
  const { state, attempts } = await callerView();
  expect(state).toBe("LINK_STATE_ACTIVE");
  for (const attempt of attempts.slice(-1)) expect(attempt.state).toMatch(/UNKNOWN|FAILED/);
}

/** Gives details as the page asks for them: others at first where the scenario has it so, and the same when told to. */
async function giveUntilTaken({ link, service, provider, look }: PagesStage, scenario: Scenario) {
  const isRefused = scenario.next === other && scenario.connector === "by-key";
  // Others are refused though nobody is at work on the first ones any more.
  if (isRefused) await delay(quick.leaseMs);
  let account = scenario.next;
  let isTold = false;
  for (let round = 0; round < 8; round++) {
    const before = provider.madeFor(link.id).length;
    const standing = await look();
    if (standing === (scenario.end ?? "paid")) break;
    if (standing === "confirming" && round > 0) await delay(500);
    const reply = await link.give(service, account);
    if (reply.status !== 422) {
      expect(reply.status).toBe(303);
      continue;
    }
    expect(readLook(reply).standing).toBe("confirming details");
    expect(provider.madeFor(link.id)).toHaveLength(before);
    isTold = true;
    if (isRefused) account = good;
  }
  if (isRefused) expect(isTold).toBe(true);
}

/** What is not paid yet is said not to be, until it is. */
async function expectTaken(stage: PagesStage, { end }: Scenario) {
  if (!end) return;
  expect(await stage.look()).toBe(end);
  const status = { pending: "PENDING", waiting: "REQUIRES_FULFILLMENT" }[end];
  expect(await stage.callerView()).toMatchObject({ payoutStatus: status, state: "LINK_STATE_CLAIMED" });
  stage.provider.setStatus("paid");
  if (end === "waiting") expect(await stage.transfer()).toMatchObject({ payout_status: "SUCCESS" });
  else await stage.link.send(stage.service, "refresh");
}

async function expectPaidOnce(stage: PagesStage, step: string, { isAnew, isManual, next }: Scenario) {
  const { look, provider, link, callerView } = stage;
  expect(await look()).toBe("paid");
  const [payment] = provider.madeFor(link.id);
  // Other details are sent only where it is certain that the first made nothing.
  const account = step === "before the effect" ? next : good;
  expect(payment?.to).toBe(isManual ? `account_${account}` : account);
  const attempts = [
    ...(isAnew ? [{ state: "ATTEMPT_STATE_FAILED", reason: "RECIPIENT_ACCOUNT_CLOSED" }] : []),
    { state: "ATTEMPT_STATE_SUCCEEDED", connector_transaction_id: payment?.id },
  ];
  const view = await callerView();
  expect(view).toMatchObject({ payoutStatus: "SUCCESS", state: "LINK_STATE_COMPLETED", attempts });
}
