import { supports } from "../connector/capability.ts";
import { type Operation, PayoutStatus } from "../connector/contract.ts";
import { Failure } from "../core/failure.ts";
import type { Payout } from "../core/payout.ts";
import { payoutFacts } from "./execute/submission.ts";
import type { Parts } from "./parts.ts";
import { ask } from "./provider/ask.ts";
import type { Answered, Ended } from "./provider/ended.ts";
import { unsupported } from "./provider/unsupported.ts";
import type { PayoutRequest } from "./request/payout-request.ts";
import type { Route } from "./request/route.ts";

/** A question that changes nothing at the provider. */
export interface Reading {
  readonly operation: Operation;
  readonly request: PayoutRequest;
  readonly route: Route;
  readonly payout: Payout | undefined;
  /** In milliseconds since 1970. */
  readonly deadlineMs: number;
}

/**
 * Asks the provider. What it refused for the caller's sake is among the answers.
 *
 * @throws Failure where it does not answer, or the connector cannot ask.
 */
export async function read(
  parts: Parts,
  { operation, request, route, payout, deadlineMs }: Reading,
): Promise<Answered | Extract<Ended, { kind: "turned away" }>> {
  const { connector } = route;
  if (!connector[operation]) throw unsupported(operation, connector, parts.registry);
  const connectorPayoutId = payout?.connectorPayoutId ?? request.connectorPayoutId;
  const ended = await ask(parts, {
    operation,
    request: { ...request, ...(connectorPayoutId && { connectorPayoutId }) },
    route,
    payout: payout && payoutFacts(payout, request),
    idempotencyKey: "",
    attempt: 1,
    startedAtMs: parts.now(),
    deadlineMs,
    beforeEffect: () =>
      Promise.reject(new Failure("INTERNAL", `${connector.name} tried to change something in ${operation}.`)),
  });
  if (ended.kind === "not done" || ended.kind === "unknown") throw ended.failure;
  return ended;
}

/**
 * Whether the provider knows more of a payout than the ledger. A cancelled one is not paid any more, and what has no object
 * at the provider is only known here.
 */
export function hasMoreToTell(payout: Payout, { connector }: Route): boolean {
  const isAskable = connector.get !== undefined || !supports(connector, "get");
  return isAskable && payout.connectorPayoutId !== undefined && payout.status !== PayoutStatus.CANCELLED;
}
