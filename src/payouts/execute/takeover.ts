import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "../../core/failure.ts";
import { operationFacts } from "../../core/operations.ts";
import type { Attempt, Existing, Payout } from "../../core/payout.ts";
import { hasMovedMoney, statusFacts } from "../../core/status.ts";
import type { Dependencies } from "../dependencies.ts";
import { callProvider } from "../provider/provider-call.ts";
import { isAnswered } from "../provider/provider-result.ts";
import { type Executed, inProgress, persistOutcome, providerCall } from "./attempt.ts";
import { outcomeOf } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import { type EarlierAttempt, resumedPlan } from "./repeat.ts";

/** What became of an attempt that was begun before. */
export type Resolved =
  | Executed
  /** It has its outcome. */
  | { readonly kind: "done"; readonly found: EarlierAttempt }
  /** Another call is at work on it. */
  | { readonly kind: "in progress"; readonly attempt: Attempt }
  /** Its outcome is unknown, and this plan may not be sent in its place. */
  | { readonly kind: "stuck"; readonly attempt: Attempt }
  /** Its outcome is unknown, and sending it again could pay twice. */
  | { readonly kind: "needs review"; readonly attempt: Attempt; readonly risk: DoublePaymentRisk }
  /** It was forgotten, since it had changed nothing. */
  | { readonly kind: "gone" };

/** How to resolve an earlier attempt. */
export interface ResolveOptions {
  /** In milliseconds since 1970. */
  readonly untilMs: number;
  /** Whether the plan may be sent in the place of an attempt that no call is at work on. */
  readonly mayTakeOver: boolean;
}

/** Waits for the call in flight, or takes over and resolves an unknown outcome. */
export async function resolveEarlier(
  deps: Dependencies,
  plan: Plan,
  earlier: EarlierAttempt,
  { untilMs, mayTakeOver }: ResolveOptions,
): Promise<Resolved> {
  const { id, operation, dedupeKey } = earlier.attempt;
  const query = { scope: plan.intent.scope, operation, dedupeKey, idempotencyKey: undefined };
  let found: EarlierAttempt | undefined = earlier;
  // Another attempt in its place may be for something else.
  for (let pauseMs = 10; found?.attempt.id === id; pauseMs = Math.min(2 * pauseMs, 100)) {
    const { attempt }: EarlierAttempt = found;
    if (attempt.state === "DONE") return { kind: "done", found };
    if (attempt.state === "UNKNOWN" || attempt.lease.untilMs <= deps.now()) {
      if (!mayTakeOver) return { kind: "stuck", attempt };
      const risk = doublePaymentRisk(deps, plan, found);
      if (risk) return { kind: "needs review", attempt, risk };
      const executed = await takeOver(deps, plan, found);
      if (executed) return executed;
    }
    if (deps.now() + pauseMs > untilMs) return { kind: "in progress", attempt };
    await delay(pauseMs);
    found = await deps.ledger.findAttempt(query);
  }
  return { kind: "gone" };
}

/** Sends an attempt of unknown outcome again. Undefined if another call did so first, or may have done so since. */
async function takeOver(
  deps: Dependencies,
  plan: Plan,
  { attempt: before, payout }: EarlierAttempt,
): Promise<Executed | undefined> {
  const lease = deps.leases.begin();
  const attempt = await deps.ledger.takeOver(before.id, lease, plan.intent.methodKind);
  // Where the store took longer than the lease lasts, others may be at work on the attempt already.
  const isHeld = deps.leases.watch(lease);
  if (!attempt || !isHeld()) return undefined;
  const resumed = resumedPlan(plan, { attempt, payout });
  const result = await callProvider(deps, {
    ...providerCall(deps, resumed),
    sendCount: attempt.sendCount,
    startedAtMs: attempt.startedAtMs,
    // A call gives up its lease when it ends. Where there was another one since, it has ended only now.
    lastSentAtMs: attempt.sendCount === before.sendCount + 1 ? before.lease.untilMs : deps.now(),
    guard: {
      // The intent is on disk since the first time.
      beforeFirstEffect: async () => {},
      beforeSend: () => {
        if (!isHeld()) throw inProgress(plan.command.operation, deps.patience.leaseMs);
      },
    },
  });
  const outcome = isAnswered(result) ? outcomeOf(deps, resumed, result) : ({ state: "UNKNOWN" } as const);
  await persistOutcome(deps, resumed, outcome, { durable: true, sendCount: attempt.sendCount });
  return { kind: "executed", plan: resumed, result };
}

/** Why an attempt of unknown outcome is not sent again, and left to manual review. */
export type DoublePaymentRisk = "too old" | "paid before";

/** Providers forget our keys to the second, so the last hour is not trusted, in milliseconds. */
const WINDOW_MARGIN_MS = 60 * 60 * 1000;

interface RiskFacts {
  /** What the operator reads in the log. */
  readonly logged: string;
  /** What the caller is told. */
  readonly told: string;
  applies(deps: Pick<Dependencies, "now">, plan: Plan, found: Existing): boolean;
}

const risks: Readonly<Record<DoublePaymentRisk, RiskFacts>> = {
  "paid before": {
    logged: "it is paid, and another payment of it has an unknown outcome",
    told: "the payout has been paid since, perhaps by the payment before it: it is not sent again. Compare with the provider's dashboard.",
    // The payment that was taken for failed, and after which the recipient was asked again, may be the one that was made.
    applies: (_deps, _plan, { attempt, payout }) => isLaterPayment(attempt, payout) && isPaid(payout),
  },
  "too old": {
    logged: "outcome unknown for too long",
    told: "it is too long ago to repeat safely. Compare with the provider's dashboard before paying again under a new merchant_payout_id.",
    // The provider may no longer recognise a repeat as one.
    applies: ({ now }, { command: { route } }, { attempt }) => {
      const { idempotency } = route.connector;
      if (!("windowMs" in idempotency)) return false;
      return now() - attempt.startedAtMs >= idempotency.windowMs - WINDOW_MARGIN_MS;
    },
  },
};

function isLaterPayment({ operation }: Attempt, payout: Payout | undefined): boolean {
  return operationFacts(operation).pays === true && (payout?.link?.claimRound ?? 1) > 1;
}

function isPaid(payout: Payout | undefined): boolean {
  return payout !== undefined && hasMovedMoney(statusFacts(payout.status));
}

/** What could pay twice if an attempt were sent again; undefined where nothing could. Logs it for the operator. */
function doublePaymentRisk(deps: Dependencies, plan: Plan, found: Existing): DoublePaymentRisk | undefined {
  const names = Object.keys(risks) as DoublePaymentRisk[];
  const risk = names.find((name) => risks[name].applies(deps, plan, found));
  if (!risk) return undefined;
  const { attempt, payout } = found;
  const since = new Date(attempt.startedAtMs).toISOString();
  const connector = plan.command.route.connector.name;
  const facts = { connector, payout: payout?.id, attempt: attempt.id, since };
  deps.log.error(facts, `payout needs review: ${risks[risk].logged}`);
  return risk;
}

/** What a {@link DoublePaymentRisk} is to a caller. */
export function needsReview({ command }: Plan, attempt: Attempt, risk: DoublePaymentRisk): Failure {
  const since = new Date(attempt.startedAtMs).toISOString();
  const { name } = command.route.connector;
  const message = `What was sent to ${name} at ${since} was never answered, and ${risks[risk].told}`;
  return new Failure("PAYOUT_NEEDS_REVIEW", message, { metadata: { attempt_id: attempt.id } });
}
