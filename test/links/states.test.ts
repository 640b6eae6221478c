import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Connector } from "../../src/connector/contract.ts";
import { linkStateAt, mayAskAgain } from "../../src/core/link-state.ts";
import type { Attempt, Link, Payout } from "../../src/core/payout.ts";
import { payoutStatus, type StoredLinkState } from "../../src/core/status.ts";
import { Fulfilment, type LinkOptions } from "../../src/gen/sluice/v1/link_pb.ts";
import { pageStateOf } from "../../src/pages/page-state.ts";
import { type Command, checkMayBegin } from "../../src/payouts/execute/command.ts";
import { isTooLate } from "../../src/payouts/links/cancel.ts";
import { mayClaim } from "../../src/payouts/links/claim.ts";
import { mayOpenPage } from "../../src/payouts/links/provider-page.ts";

/**
 * What every payout status means beside every state of its link, as the API, the recipient and the operations see it:
 * `states.txt` has a line for each. `UPDATE_STATES=yes npm test -- links/states` writes it anew; the difference is the review.
 */
const file = new URL("states.txt", import.meta.url);
const NOW_MS = 1_700_000_000_000;
const linkStates: readonly StoredLinkState[] = ["ACTIVE", "CLAIMED", "COMPLETED", "EXPIRED", "CANCELLED"];
const connector = { name: "sandbox", hosts: undefined } as unknown as Connector;

test("every payout status means one thing beside every link state", () => {
  const table = render();
  if (process.env.UPDATE_STATES === "yes") writeFileSync(file, table);
  expect(table).toBe(readFileSync(file, "utf8"));
});

function render(): string {
  const head = [
    "payout status",
    "link stored as",
    "ours, in time",
    "ours, over",
    "hosted, in time",
    "hosted, over",
  ];
  const rows = Object.entries(payoutStatus).flatMap(([name, status]) =>
    linkStates.map((state) => [
      name,
      state,
      ...[false, true].flatMap((isHosted) =>
        [false, true].map((isOver) => cell(aPayout({ status, state, isHosted, isOver }))),
      ),
    ]),
  );
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return `${legend}\n${all
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")}\n`;
}

const legend = `# API link state, page state (manual fulfilment / while a payment's outcome is unknown, where they differ), and what may be done:
# T Transfer, C claim on our page, P open the provider's page, X cancel, R ask for other details after a failure.
`;

function cell(payout: Payout): string {
  return [linkStateAt(payout, NOW_MS), pages(payout), may(payout)].join(" ");
}

function pages(payout: Payout): string {
  const page = (fulfilment: Fulfilment, openAttempt?: Attempt) =>
    pageStateOf(
      { payout: payout as Payout & { link: Link }, paymentAttempts: 0, openAttempt },
      { fulfilment } as LinkOptions,
      NOW_MS,
    );
  const usual = page(Fulfilment.AUTOMATIC);
  const manual = page(Fulfilment.MANUAL);
  const inDoubt = page(Fulfilment.AUTOMATIC, { operation: "transfer" } as Attempt);
  const others = [manual, inDoubt].map((state) => (state === usual ? "" : state));
  return others.some((state) => state !== "") ? `${usual}(${others.join("/")})` : usual;
}

function may(payout: Payout): string {
  const allowed: Readonly<Record<string, boolean>> = {
    T: mayTransfer(payout),
    C: mayClaim(payout, NOW_MS),
    P: mayOpenPage({ now: () => NOW_MS }, payout),
    X: !isTooLate(payout),
    R: mayAskAgain(payout, NOW_MS),
  };
  return Object.entries(allowed)
    .map(([letter, isAllowed]) => (isAllowed ? letter : "-"))
    .join("");
}

function mayTransfer(payout: Payout): boolean {
  const command = { operation: "transfer", request: {}, route: { connector }, payout };
  try {
    checkMayBegin(command as unknown as Command, payout, NOW_MS);
    return true;
  } catch {
    return false;
  }
}

interface Case {
  readonly status: number;
  readonly state: StoredLinkState;
  readonly isHosted: boolean;
  readonly isOver: boolean;
}

function aPayout({ status, state, isHosted, isOver }: Case): Payout {
  return {
    id: "id",
    merchantPayoutId: "order",
    connector: connector.name,
    connectorPayoutId: undefined,
    status,
    amountMinor: 1000n,
    currency: "USD",
    destinationCurrency: "USD",
    scope: { tenantId: "tenant", merchantId: "merchant" },
    createdAtMs: NOW_MS - 60_000,
    updatedAtMs: NOW_MS - 60_000,
    version: 1,
    link: {
      tokenHash: "hash",
      keyId: "key",
      generation: 1,
      expiresAtMs: isOver ? NOW_MS : NOW_MS + 1,
      options: new Uint8Array(),
      state,
      claimRound: 1,
      openedAtMs: undefined,
      claimedAtMs: undefined,
      completedAtMs: undefined,
      hosted: isHosted ? new Uint8Array([1]) : undefined,
    },
  };
}
