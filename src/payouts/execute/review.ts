import { Failure } from "../../core/failure.ts";
import { operationFacts } from "../../core/operations.ts";
import type { Attempt, Existing } from "../../core/payout.ts";
import { hasMovedMoney, statusFacts } from "../../core/status.ts";
import type { Parts } from "../parts.ts";
import type { Submission } from "./submission.ts";

/** Why an attempt whose outcome is unknown is not sent again, and left to people. */
export type Hazard = "too old" | "paid before";

/** Providers forget our keys to the second, so the last hour is not trusted, in milliseconds. */
const WINDOW_MARGIN_MS = 60 * 60 * 1000;

/** What could pay twice if an attempt were sent again; undefined where nothing could. Says so in the log. */
export function hazardOf(parts: Parts, { route }: Submission, found: Existing): Hazard | undefined {
  const { attempt, payout } = found;
  const hazard = hazards.find(([, applies]) => applies(parts, route.connector, found))?.[0];
  if (!hazard) return undefined;
  const since = new Date(attempt.startedAtMs).toISOString();
  const facts = { connector: route.connector.name, payout: payout?.id, attempt: attempt.id, since };
  parts.log.error(facts, `payout needs review: ${logged[hazard]}`);
  return hazard;
}

/** What a {@link Hazard} is to a caller. */
export function needsReview({ route: { connector } }: Submission, attempt: Attempt, hazard: Hazard): Failure {
  const since = new Date(attempt.startedAtMs).toISOString();
  const message = `What was sent to ${connector.name} at ${since} was never answered, and ${told[hazard]}`;
  return new Failure("PAYOUT_NEEDS_REVIEW", message, { metadata: { attempt_id: attempt.id } });
}

type Applies = (parts: Parts, connector: Submission["route"]["connector"], found: Existing) => boolean;

const hazards: readonly (readonly [Hazard, Applies])[] = [
  // The payment that was taken for failed, and after which the recipient was asked anew, may be the one that was made.
  [
    "paid before",
    (_parts, _connector, { attempt, payout }) => isLaterPayment(attempt, payout) && isPaid(payout),
  ],
  // Whether the provider may no longer recognise a repeat as one.
  [
    "too old",
    ({ now }, { idempotency }, { attempt }) =>
      "windowMs" in idempotency && now() - attempt.startedAtMs >= idempotency.windowMs - WINDOW_MARGIN_MS,
  ],
];

const logged: Readonly<Record<Hazard, string>> = {
  "too old": "outcome unknown for too long",
  "paid before": "it is paid, and another payment of it has an unknown outcome",
};

const told: Readonly<Record<Hazard, string>> = {
  "too old":
    "it is too long ago to repeat safely. Compare with the provider's dashboard before paying again under a new merchant_payout_id.",
  "paid before":
    "the payout has been paid since, perhaps by the payment before it: it is not sent again. Compare with the provider's dashboard.",
};

function isLaterPayment({ operation }: Attempt, payout: Existing["payout"]): boolean {
  return operationFacts(operation).pays === true && (payout?.link?.claimRound ?? 1) > 1;
}

function isPaid(payout: Existing["payout"]): boolean {
  return payout !== undefined && hasMovedMoney(statusFacts(payout.status));
}
