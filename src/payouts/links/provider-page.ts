import { type LinkPage, Refusal } from "../../connector/contract.ts";
import { unguarded } from "../../connector/http/effect-guard.ts";
import { Failure } from "../../core/failure.ts";
import { linkEndAt } from "../../core/link-state.ts";
import type { Payout } from "../../core/payout.ts";
import { statusFacts } from "../../core/status.ts";
import type { Dependencies } from "../dependencies.ts";
import { payoutKey, providerKeyOf } from "../execute/idempotency.ts";
import {
  type ConnectorCall,
  contextOf,
  openHttp,
  payoutFacts,
  withinDeadline,
} from "../provider/provider-call.ts";
import { storedRoute } from "../request/credentials.ts";
import type { Route } from "../request/route.ts";
import { isOpen, readAgain } from "../status-update.ts";
import { beginClaimRound } from "./claim.ts";

/** A recipient on the way to the provider's page. */
export interface ProviderPageRequest {
  /** Our page, to which the provider sends them back. */
  readonly returnUrl: string;
  readonly email: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
}

/**
 * Makes the provider's page for a recipient who has just arrived. After a payment that failed, begins a new claim round.
 *
 * @throws Failure PAYOUT_STATE where the link is closed, UNSUPPORTED_OPERATION where there is no such page, or the provider's.
 */
export async function openPage(
  deps: Dependencies,
  seen: Payout,
  request: ProviderPageRequest,
): Promise<{ readonly url: string }> {
  const before = await readAgain(deps, seen);
  const route = await storedRoute(deps, before);
  if (!route) throw closed();
  const payout = await beginClaimRound(deps, before);
  requireOpen(deps, payout);
  const page = await makePage(deps, payout, route, request);
  requireOpen(deps, await adopt(deps, payout, page));
  return { url: page.url };
}

async function makePage(
  deps: Dependencies,
  payout: Payout,
  route: Route,
  request: ProviderPageRequest,
): Promise<LinkPage> {
  const { connector, scope } = route;
  if (!connector.openLink) {
    throw new Failure(
      "UNSUPPORTED_OPERATION",
      `${connector.name} has no page for the recipients of its links.`,
    );
  }
  const nowMs = deps.now();
  const facts = payoutFacts(payout);
  const call: ConnectorCall = {
    route,
    payout: facts,
    // The same whenever the recipient comes, so that what the provider keeps of them is made once; a page is told by its time.
    idempotencyKey: providerKeyOf(scope, "openLink", payoutKey(payout)),
    sendCount: 1,
    startedAtMs: nowMs,
    deadlineMs: nowMs + deps.patience.providerDeadlineMs,
    // A page pays nothing, and is made anew when they come again.
    guard: unguarded,
  };
  const context = contextOf(deps, call, openHttp(deps, call));
  try {
    const work = connector.openLink({ ...request, payout: facts }, context);
    return await withinDeadline(deps, { ...call, name: "openLink" }, work);
  } catch (error) {
    throw error instanceof Refusal ? new Failure(error.reason, error.message) : error;
  }
}

/** Writes down what the provider has made of the recipient. What has changed meanwhile stays as it is. */
async function adopt(deps: Dependencies, before: Payout, { connectorPayoutId }: LinkPage): Promise<Payout> {
  let payout = before;
  for (let round = 0; round < 5; round++) {
    const isKnown = !connectorPayoutId || payout.connectorPayoutId === connectorPayoutId;
    if (isKnown || !mayOpenPage(deps, payout)) return payout;
    payout = await deps.ledger.applyUpdate(payout.id, { connectorPayoutId }, payout.version);
  }
  throw new Failure(
    "IDEMPOTENCY_IN_PROGRESS",
    "The link is being changed by other calls. Open it again in a moment.",
  );
}

function requireOpen(deps: Pick<Dependencies, "now">, payout: Payout): void {
  if (!mayOpenPage(deps, payout)) throw closed();
}

/** Whether the recipient can still say, or say anew, where the money should go. */
export function mayOpenPage({ now }: Pick<Dependencies, "now">, payout: Payout): boolean {
  const { mayPay, phase } = statusFacts(payout.status);
  return mayPay === true && phase !== "failed" && isOpen(payout) && !linkEndAt(payout, now());
}

function closed(): Failure {
  return new Failure("PAYOUT_STATE", "The link is closed: it was paid, cancelled or has expired.");
}
