import type { EffectGuard } from "../../connector/http/effect-guard.ts";
import { Failure } from "../../core/failure.ts";
import type { Operation } from "../../core/operations.ts";
import { operations } from "../../core/operations.ts";
import type { Payout } from "../../core/payout.ts";
import { reasons } from "../../core/reasons.ts";
import type { CompleteOptions, Opened, Outcome } from "../../ledger/ledger.ts";
import type { Dependencies } from "../dependencies.ts";
import { type ProviderCall, payoutFacts } from "../provider/provider-call.ts";
import { isAnswered, type ProviderResult } from "../provider/provider-result.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import { providerKey } from "./idempotency.ts";
import { outcomeOf } from "./outcome.ts";
import type { Plan } from "./plan.ts";

/** An operation that was carried out by this process, and how it ended. The plan is the one that was sent. */
export interface Executed {
  readonly kind: "executed";
  readonly plan: Plan;
  readonly result: ProviderResult;
  /** The payout as it stands, where the store has said so. */
  readonly payout?: Payout | undefined;
}

/** What the store said instead of letting an attempt begin: nothing was sent. */
export type Prevented = Exclude<Opened, { kind: "opened" }>;

/** An attempt that this process makes. The store reserves it before its first effect, and has its outcome before the reply. */
export interface OwnAttempt {
  /** Reserves the attempt before anything is sent, and stops what would be sent when others may have taken it over. */
  readonly guard: EffectGuard;
  /**
   * Writes down how the attempt ended. One that changed nothing elsewhere is recorded whole, in one transaction; one that was
   * reserved and not sent is forgotten.
   *
   * @throws Failure OUTCOME_UNKNOWN where the store fails, or another process has taken the attempt over.
   */
  complete(result: ProviderResult): Promise<Executed | Prevented>;
}

/** An attempt that was never made before. */
export function newAttempt(deps: Dependencies, plan: Plan): OwnAttempt {
  const { intent, command } = plan;
  let opened: Opened | undefined;
  let isHeld = () => false;
  const beforeSend = () => {
    // Where this process was held up for longer than the lease lasts, others may be at work on the attempt already.
    if (opened?.kind !== "opened" || !isHeld()) throw inProgress(command.operation, deps.patience.leaseMs);
  };
  return {
    guard: {
      async beforeFirstEffect() {
        await deps.leases.inTurn(async (lease) => {
          opened = await deps.ledger.open({ ...intent, lease });
          isHeld = deps.leases.watch(lease);
        });
        beforeSend();
      },
      beforeSend,
    },
    async complete(result) {
      if (opened && opened.kind !== "opened") return opened;
      if (opened) await completeFirst(deps, plan, result);
      if (opened || !hasOutcome(result)) return { kind: "executed", plan, result };
      const recorded = await deps.ledger.record(intent, outcomeOf(deps, plan, result));
      if (recorded.kind !== "opened") return recorded;
      return { kind: "executed", plan, result, payout: recorded.payout };
    },
  };
}

/** What this attempt sends the first time. */
export function firstCall(deps: Dependencies, plan: Plan, { guard }: OwnAttempt): ProviderCall {
  return { ...providerCall(deps, plan), sendCount: 1, startedAtMs: plan.intent.startedAtMs, guard };
}

/** What a plan sends to its provider, whichever time. */
export function providerCall(
  { now, patience }: Pick<Dependencies, "now" | "patience">,
  { command, payout, intent }: Plan,
): Omit<ProviderCall, "sendCount" | "startedAtMs" | "guard"> {
  const { operation, request, route, claim } = command;
  const connectorPayoutId =
    command.payout?.connectorPayoutId ?? notOurs(request.connectorPayoutId, command.payout?.id);
  const { connectorPayoutId: _, ...rest } = request;
  return {
    operation,
    request: (connectorPayoutId === undefined ? rest : { ...rest, connectorPayoutId }) as PayoutRequest,
    route,
    payout: payout && payoutFacts(payout, request),
    claim,
    idempotencyKey: providerKey(intent),
    deadlineMs: now() + patience.providerDeadlineMs,
  };
}

/** Until the provider has an object for the payout, callers know it by our id, which the provider does not. */
function notOurs(connectorPayoutId: string | undefined, ourId: string | undefined): string | undefined {
  return connectorPayoutId === ourId ? undefined : connectorPayoutId;
}

/** Whether a result is to be remembered. */
function hasOutcome(
  result: ProviderResult,
): result is Extract<ProviderResult, { kind: "final" | "declined" | "unknown" }> {
  return isAnswered(result) || result.kind === "unknown";
}

async function completeFirst(deps: Dependencies, plan: Plan, result: ProviderResult): Promise<void> {
  if (!hasOutcome(result)) {
    if (!(await deps.ledger.release(plan.intent.attemptId))) throw takenOver(plan);
    return;
  }
  // Where the provider knows our key, a lost outcome is found again by sending the same once more. A refusal is not: that
  // one could be carried out.
  const isFoundAgain = "windowMs" in plan.command.route.connector.idempotency;
  const isRefusal = isAnswered(result) && result.reply.error !== undefined;
  const durable = !isFoundAgain || isRefusal;
  await persistOutcome(deps, plan, outcomeOf(deps, plan, result), { durable, sendCount: 1 });
}

/**
 * Writes down how an attempt ended.
 *
 * @throws Failure OUTCOME_UNKNOWN where the store fails: the provider is then asked again. Or where another process has taken
 * the attempt over: what that one finds is what counts.
 */
export async function persistOutcome(
  { ledger, leases, log }: Pick<Dependencies, "ledger" | "leases" | "log">,
  plan: Plan,
  outcome: Outcome,
  options: CompleteOptions,
): Promise<void> {
  const { attemptId } = plan.intent;
  const connector = plan.command.route.connector.name;
  const attempt = await ledger.complete(attemptId, outcome, options).catch((error: unknown) => {
    leases.abandon();
    log.error({ connector, attempt: attemptId, error }, "failed to persist an outcome");
    const message = `What ${connector} answered could not be written down. ${reasons.OUTCOME_UNKNOWN.advice}`;
    throw new Failure("OUTCOME_UNKNOWN", message, { cause: error });
  });
  if (attempt.sendCount !== options.sendCount) throw takenOver(plan);
}

function takenOver({ command }: Plan): Failure {
  const message = `This call took so long that another one took over, and what that finds at ${command.route.connector.name} counts. ${reasons.OUTCOME_UNKNOWN.advice}`;
  return new Failure("OUTCOME_UNKNOWN", message);
}

/** An identical request is in progress, in this process or another. */
export function inProgress(operation: Operation, retryAfterMs: number): Failure {
  const message = `An identical ${operations[operation].rpc} of this payout is in progress. Repeat the call in a moment.`;
  return new Failure("IDEMPOTENCY_IN_PROGRESS", message, { retryAfterMs: Math.max(retryAfterMs, 100) });
}
