import { providerKey } from "../execute/provider-key.ts";
import { payoutFacts, type Submission } from "../execute/submission.ts";
import type { Parts } from "../parts.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Question } from "./ask.ts";

/** What is asked of the connector at each try of a submission. */
export function questionOf(
  parts: Parts,
  { operation, request, route, payout, intent, claim }: Submission,
): Omit<Question, "attempt" | "startedAtMs" | "beforeEffect"> {
  const create = intent.payout && "create" in intent.payout ? intent.payout.create : undefined;
  const known = payout ?? create;
  const connectorPayoutId = payout?.connectorPayoutId ?? notOurs(request.connectorPayoutId, payout?.id);
  const { connectorPayoutId: _, ...rest } = request;
  return {
    operation,
    request: (connectorPayoutId === undefined ? rest : { ...rest, connectorPayoutId }) as PayoutRequest,
    route,
    payout: known && payoutFacts(known, request),
    claim,
    idempotencyKey: providerKey(intent),
    deadlineMs: parts.now() + parts.patience.providerDeadlineMs,
  };
}

/** Until the provider has an object for the payout, callers know it by our id, which the provider does not. */
function notOurs(connectorPayoutId: string | undefined, ourId: string | undefined): string | undefined {
  return connectorPayoutId === ourId ? undefined : connectorPayoutId;
}
