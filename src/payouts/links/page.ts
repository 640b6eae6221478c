import { type LinkPage, Refusal } from "../../connector/contract.ts";
import { Failure } from "../../core/failure.ts";
import type { Payout } from "../../core/payout.ts";
import { statusFacts } from "../../core/status.ts";
import { payoutIdentity } from "../execute/identity.ts";
import { isOpen, linkEnd } from "../execute/payout-state.ts";
import { keyOf } from "../execute/provider-key.ts";
import { payoutFacts } from "../execute/submission.ts";
import type { Parts } from "../parts.ts";
import { contextOf, openHttp } from "../provider/connector-context.ts";
import { inTime } from "../provider/in-time.ts";
import type { Route } from "../request/route.ts";
import { sealedRoute } from "../request/sealed-route.ts";
import { beginEntry, readAgain } from "./link-entry.ts";

/** A recipient on the way to the provider's page. */
export interface PageVisit {
  /** Our page, to which the provider sends them back. */
  readonly returnUrl: string;
  readonly email: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
}

/**
 * Makes the provider's page for a recipient who has just arrived. After a payment that failed, asks them anew.
 *
 * @throws Failure PAYOUT_STATE where there is nothing to ask them, UNSUPPORTED_OPERATION where there is no such page, or the
 * provider's.
 */
export async function openPage(
  parts: Parts,
  seen: Payout,
  visit: PageVisit,
): Promise<{ readonly url: string }> {
  const before = await readAgain(parts, seen);
  const route = await sealedRoute(parts, before);
  if (!route) throw closed();
  const payout = await beginEntry(parts, before);
  requireAskable(parts, payout);
  const page = await ask(parts, payout, route, visit);
  requireAskable(parts, await adopt(parts, payout, page));
  return { url: page.url };
}

async function ask(parts: Parts, payout: Payout, route: Route, visit: PageVisit): Promise<LinkPage> {
  const { connector, scope } = route;
  if (!connector.openLink) {
    throw new Failure(
      "UNSUPPORTED_OPERATION",
      `${connector.name} has no page for the recipients of its links.`,
    );
  }
  const nowMs = parts.now();
  const facts = payoutFacts(payout);
  const errand = {
    route,
    payout: facts,
    // The same for every visit, so that what the provider keeps of the recipient is made once; a page is told by its time.
    idempotencyKey: keyOf(scope, "openLink", payoutIdentity(payout)),
    attempt: 1,
    startedAtMs: nowMs,
    deadlineMs: nowMs + parts.patience.providerDeadlineMs,
    // A page pays nothing, and is made anew at the next visit.
    beforeEffect: async () => {},
  };
  const context = contextOf(parts, errand, openHttp(parts, errand));
  try {
    return await inTime(parts, errand, "openLink", connector.openLink({ ...visit, payout: facts }, context));
  } catch (error) {
    throw error instanceof Refusal ? new Failure(error.reason, error.message) : error;
  }
}

/** Writes down what the provider has made of the recipient. What has changed meanwhile stays as it is. */
async function adopt(parts: Parts, before: Payout, { connectorPayoutId }: LinkPage): Promise<Payout> {
  let payout = before;
  for (let round = 0; round < 5; round++) {
    const isKnown = !connectorPayoutId || payout.connectorPayoutId === connectorPayoutId;
    if (isKnown || !mayBeAsked(parts, payout)) return payout;
    payout = await parts.ledger.applyUpdate(payout.id, { connectorPayoutId }, payout.version);
  }
  throw new Failure(
    "IDEMPOTENCY_IN_PROGRESS",
    "The link is being changed by others. Open it again in a moment.",
  );
}

function requireAskable(parts: Parts, payout: Payout): void {
  if (!mayBeAsked(parts, payout)) throw closed();
}

/** Whether the recipient can still say, or say anew, where the money should go. */
export function mayBeAsked({ now }: Parts, payout: Payout): boolean {
  const { mayPay, phase } = statusFacts(payout.status);
  return mayPay === true && phase !== "failed" && isOpen(payout) && !linkEnd(payout, now());
}

function closed(): Failure {
  return new Failure("PAYOUT_STATE", "This link asks its recipient for nothing any more.");
}
