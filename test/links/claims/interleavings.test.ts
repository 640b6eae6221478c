import { expect, it } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import type { Payout } from "../../../src/core/payout.ts";
import { aClaim, money, type TestPayouts } from "../../support/service/in-process.ts";
import {
  byKey,
  byLookup,
  type ClaimStage,
  closed,
  describeClaims,
  good,
  idOf,
  other,
} from "../../support/stages/claim-stage.ts";
import type { Trouble } from "../../support/stages/own-links-provider.ts";

type Choose = <T>(from: readonly T[]) => T;
type Process = Pick<TestPayouts, "links" | "call">;

const SEED = 1;
const LINKS = 60;
const STEPS = 4;
const troubles: readonly Trouble[] = ["reset", "error", "garbage", "rate limit"];
const troubled = ["POST /transfers", "POST /accounts", "GET /transfers"];

/** Choices that are the same for the same seed. */
function choicesFrom(seed: number): Choose {
  let state = seed;
  return (from) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return from[Math.floor((state / 2_147_483_648) * from.length)] as never;
  };
}

/** Does one of the things that a link's caller and recipient can do, and says what came of it. */
function act(choose: Choose, process: Process, payout: Payout, headers: Readonly<Record<string, string>>) {
  const { links, call } = process;
  const number = choose([good, other, closed]);
  const name = { merchant_payout_id: idOf(payout) };
  const ach = { bank_account_number: { value: number }, bank_routing_number: { value: "110000000" } };
  const order = { ...name, ...money, ...choose([{}, { payout_method_data: { ach } }]) };
  const entry = choose([1, 1, 2, 3]);
  const acts: Readonly<Record<string, () => Promise<object>>> = {
    claim: () => links.claim(payout, aClaim(number, entry), { isFresh: choose([true, false]) }),
    transfer: () => call("transfer", order, headers),
    enroll: () => call("enrollDisburseAccount", order, headers),
    get: () => call("get", name, headers),
    refresh: () => links.refresh(payout),
    void: () => call("void", name, headers),
    cancel: () => links.cancel(payout.scope, payout.id),
  };
  const common = ["claim", "claim", "transfer", "get", "refresh"];
  const what = choose([...common, ...common, "enroll", "void", "cancel"]);
  return (acts[what] as () => Promise<object>)().then(
    (end) => `${what} ${"kind" in end ? end.kind : "answered"}`,
    (error: { reason?: string }) => `${what} ${error.reason ?? String(error)}`,
  );
}

/** What is paid is said to be paid or in doubt, and nothing else is said to be paid. Answers whether it is paid. */
async function check(stage: ClaimStage, { scope, id }: Payout, story: string): Promise<boolean> {
  const record = await stage.ledger.findLinkById(scope, id);
  const made = stage.provider.madeFor(id).length;
  const status = record?.payout.status;
  expect(made, story).toBeLessThanOrEqual(1);
  if (status === PayoutStatus.SUCCESS) expect(made, story).toBe(1);
  if (made === 1 && status !== PayoutStatus.SUCCESS) {
    expect(status, story).toBe(PayoutStatus.PENDING);
    expect(record?.openAttempt, story).toBeDefined();
  }
  return status === PayoutStatus.SUCCESS;
}

describeClaims((stage) => {
  it("pays once whatever callers and recipients do at the same time in two processes, and says so", async () => {
    const choose = choicesFrom(SEED);
    const second = await stage.open();
    let paid = 0;
    for (let round = 1; round <= LINKS; round++) {
      const headers = choose([byKey, byLookup]);
      const isManual = headers === byKey && choose([true, false, false]);
      const payout = await stage.link(headers, isManual ? { fulfilment: "FULFILMENT_MANUAL" } : {});
      let story = `link ${round}`;
      let isPaid = false;
      for (let step = 1; step <= STEPS; step++) {
        stage.provider.heal();
        const [request, trouble, moment] = [
          choose(troubled),
          choose(troubles),
          choose(["before", "after"] as const),
        ];
        const weather = choose(["fair", "fair", "trouble", "trouble", "no funds"]);
        if (weather === "trouble") stage.provider.spoil(request, trouble, moment);
        if (weather === "no funds") stage.provider.setFunds(0);
        const acts = Array.from({ length: choose([1, 2, 3, 4]) }, () =>
          act(choose, choose([stage, second]), payout, headers),
        );
        story += `; ${weather} ${request} ${trouble} ${moment}: ${(await Promise.all(acts)).join(", ")}`;
        isPaid = await check(stage, payout, story);
      }
      if (isPaid) paid += 1;
    }
    await second.close();
    // Otherwise it would show nothing.
    expect(paid).toBeGreaterThan(LINKS / 4);
  }, 60_000);
});
