import { afterAll, beforeAll, describe, expect } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import type { Payout } from "../../../src/core/payout.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { type Answer, money, openPayouts, type TestPayouts } from "../service/in-process.ts";
import { engines, type LedgerEngine } from "../stores/ledgers.ts";
import { type OwnLinksProvider, startOwnLinksProvider } from "./own-links-provider.ts";

/** Headers of a caller of the connector that honours idempotency keys. */
export const byKey = { "x-connector-config": '{"config":{"ByKey":{"api_key":"sk_test_canary_runner"}}}' };
/** Headers of a caller of the connector whose provider is asked what it made. */
export const byLookup = { "x-connector": "by-lookup" };

/** Accounts: two that are paid, and one that is closed. */
export const good = "000123456789";
export const other = "000987654321";
export const closed = "000000004002";

/** How a caller's Transfer names an account. */
export function account(number: string) {
  const ach = { bank_account_number: { value: number }, bank_routing_number: { value: "110000000" } };
  return { payout_method_data: { ach } };
}

/** What a claim comes to that was paid, or whose payment failed. */
export const paid = {
  kind: "taken",
  payout: { status: PayoutStatus.SUCCESS, link: { state: "COMPLETED" } },
};
export const failed = { kind: "taken", payout: { status: PayoutStatus.FAILED } };

/** The caller's id of a payout. */
export function idOf({ merchantPayoutId }: Payout): string {
  return merchantPayoutId ?? "";
}

/** A provider, and the call path of two connectors to it. */
export interface ClaimStage extends Pick<TestPayouts, "links" | "ledger" | "call" | "payout" | "logged"> {
  readonly provider: OwnLinksProvider;
  readonly databaseUrl: string;
  /** As `links`, for a provider that does not answer: it does not wait long. */
  readonly hasty: TestPayouts["links"];
  /** Another call path on the same ledger, as another process would have it; with something in front of its ledger. */
  open(wrapLedger?: (ledger: Ledger) => Ledger): Promise<TestPayouts>;
  /** A new link, from a provider in health. */
  link(headers?: Readonly<Record<string, string>>, options?: object): Promise<Payout>;
  /** Pays a link of the first connector as its caller. */
  transfer(payout: Payout, more?: object): Promise<Answer>;
  /** Asks the database itself. */
  rows: (sql: string) => ReturnType<LedgerEngine["rows"]>;
}

/** Declares the same tests for each engine that there is, on a ledger and a provider of their own. */
export function describeClaims(declare: (stage: ClaimStage) => void): void {
  describe.each(engines)("on $engine", (engine) => {
    describe.runIf(engine.isAvailable)("a claim", () => {
      const stage = newStage(engine);
      beforeAll(stage.begin);
      afterAll(stage.end);
      declare(stage);
    });
  });
}

function newStage(engine: LedgerEngine) {
  const opened: TestPayouts[] = [];
  let provider: OwnLinksProvider;
  let databaseUrl = "";
  let count = 0;
  const open = (patienceMs = 10_000, wrapLedger = (ledger: Ledger) => ledger) => {
    const providers = { "by-key": provider.url, "by-lookup": provider.url };
    return openPayouts({ databaseUrl, providers, patienceMs, wrapLedger });
  };
  const first = () => opened[0] as TestPayouts;
  const stage: ClaimStage & { begin(): Promise<void>; end(): Promise<void> } = {
    async begin() {
      provider = await startOwnLinksProvider();
      databaseUrl = await engine.fresh();
      opened.push(await open(), await open(300));
    },
    async end() {
      await Promise.all(opened.map((payouts) => payouts.close()));
      await provider.close();
    },
    get provider() {
      return provider;
    },
    get databaseUrl() {
      return databaseUrl;
    },
    get links() {
      return first().links;
    },
    get ledger() {
      return first().ledger;
    },
    get hasty() {
      return (opened[1] as TestPayouts).links;
    },
    open: (wrapLedger) => open(undefined, wrapLedger),
    call: (...input) => first().call(...input),
    payout: (id) => first().payout(id),
    logged: () => first().logged(),
    rows: (sql) => engine.rows(databaseUrl, sql),
    async link(headers = byKey, options = {}) {
      provider.heal();
      count += 1;
      const id = `order-${count}`;
      const body = { merchant_payout_id: id, ...money, link_options: options };
      const made = await stage.call("createLink", body, headers);
      expect(made.reply).toMatchObject({ payout_status: "REQUIRES_PAYOUT_METHOD_DATA", status_code: 200 });
      return stage.payout(id);
    },
    transfer: (payout, more = {}) =>
      stage.call("transfer", { merchant_payout_id: idOf(payout), ...money, ...more }, byKey),
  };
  return stage;
}
