import { setTimeout as delay } from "node:timers/promises";
import { type Operation, PayoutStatus } from "../connector/contract.ts";
import type { Call } from "../edge/call.ts";
import type { Existing, Opened } from "../ledger/ledger.ts";
import { ask } from "./ask.ts";
import { refuseOthers } from "./belonging.ts";
import { answered, type Ended } from "./ended.ts";
import { LEASE_MS } from "./leases.ts";
import { completeReply, outcomeOf, statusUnknown } from "./outcome.ts";
import type { Parts } from "./parts.ts";
import type { PayoutRequest } from "./payout-request.ts";
import { checkState } from "./payout-state.ts";
import { inProgress, refuseIfDifferent, refuseIfTooOld, replay } from "./replay.ts";
import type { PayoutReply } from "./reply.ts";
import type { Route } from "./route.ts";
import { findPayout, payoutFacts, prepare, providerKey, type Submission } from "./submission.ts";
import { settle, writeDown } from "./write-down.ts";

/** The longest that a provider is waited for, whatever the caller's deadline, in milliseconds. */
const PROVIDER_DEADLINE_MS = 25_000;
/** The longest that a repeat waits for the first call, in milliseconds. */
const FOLLOW_MS = 2000;
/** How often a payout may change under a call before the call gives up. */
const ROUNDS = 5;

/**
 * Carries out an operation that changes something: at most once, however often and from wherever it is repeated.
 *
 * The intent is on disk before anything leaves, and the outcome is on disk before the reply. What is lost between the two
 * is found out by whoever repeats the call: by the provider's own idempotency or by looking it up, never by sending blindly.
 */
export async function submit(
  parts: Parts,
  operation: Operation,
  request: PayoutRequest,
  route: Route,
  call: Call,
): Promise<PayoutReply> {
  for (let round = 1; round <= ROUNDS; round++) {
    // A link is nearly always new: whether its id is taken shows when it is written down. Whether the call is a repeat shows
    // then too, so that is looked up first only where a provider would be asked in vain.
    const isNew = operation === "createLink" && round === 1;
    const payout = isNew ? undefined : await findPayout(parts, request, route);
    const submission = prepare(parts, operation, request, route, payout);
    const query = isNew && !route.connector.hosts ? undefined : submission.query;
    const earlier = query && (await parts.ledger.findAttempt(query));
    const reply = earlier
      ? await answerEarlier(parts, submission, earlier, call)
      : await sendFirst(parts, submission, call);
    if (reply) return reply;
  }
  throw inProgress(operation, LEASE_MS);
}

type Found = Existing & { readonly via: "key" | "identity" };

/** Undefined where the payout has changed since it was read: everything is to be looked at again. */
async function sendFirst(parts: Parts, submission: Submission, call: Call): Promise<PayoutReply | undefined> {
  checkState(submission, parts.now());
  await refuseOthers(parts, submission);
  const { ledger } = parts;
  const { intent } = submission;
  let opened: Opened | undefined;
  const open = async () => {
    const lease = parts.leases.begin();
    opened = await ledger.open({ ...intent, lease });
    // Where the store took longer than the lease lasts, others may be at work on the attempt already.
    if (opened.kind !== "opened" || lease.untilMs <= parts.now())
      throw inProgress(submission.operation, LEASE_MS);
  };
  const ended = endsHere(submission)
    ? answered("void", { payoutStatus: PayoutStatus.CANCELLED })
    : await ask(parts, {
        ...questionOf(parts, submission),
        attempt: 1,
        startedAtMs: intent.startedAtMs,
        beforeEffect: open,
      });
  if (!opened && (ended.kind === "answered" || ended.kind === "unknown")) {
    opened = await ledger.record(intent, outcomeOf(parts, submission, ended));
    if (opened.kind === "opened") return finish(parts, submission, ended);
  }
  if (opened && opened.kind !== "opened") return afterLosing(parts, submission, opened, call);
  if (opened) await writeDown(parts, submission, ended);
  return finish(parts, submission, ended);
}

/** Another call was quicker, or the payout is not what it was. */
async function afterLosing(
  parts: Parts,
  submission: Submission,
  opened: Exclude<Opened, { kind: "opened" }>,
  call: Call,
): Promise<PayoutReply | undefined> {
  if (opened.kind === "existing") return answerEarlier(parts, submission, opened, call);
  if (opened.kind === "busy") throw statusUnknown(submission, opened.attempt);
  return undefined;
}

/** Whether a Void is of a link that no provider has an object for. */
function endsHere({ operation, payout }: Submission): boolean {
  if (operation !== "void" || !payout?.link) return false;
  return !payout.connectorPayoutId && payout.status === PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
}

function finish(parts: Parts, submission: Submission, ended: Ended): PayoutReply {
  if (ended.kind === "not done" || ended.kind === "unknown") throw ended.failure;
  return completeReply(parts, submission, ended.reply);
}

/** Answers a repeat: with the stored reply, with what the first call is about to find, or by finding out. */
async function answerEarlier(
  parts: Parts,
  submission: Submission,
  earlier: Found,
  call: Call,
): Promise<PayoutReply | undefined> {
  refuseIfDifferent(parts, submission, earlier);
  const untilMs = Math.min(call.deadlineMs - 50, parts.now() + FOLLOW_MS);
  let found: Found | undefined = earlier;
  for (let pauseMs = 10; found; pauseMs = Math.min(2 * pauseMs, 100)) {
    const { attempt } = found;
    if (attempt.state === "DONE") return replay(parts, submission, found, call);
    if (attempt.state === "UNKNOWN" || attempt.lease.untilMs <= parts.now()) {
      const reply = await findOut(parts, submission, found);
      if (reply) return reply;
    }
    if (parts.now() + pauseMs > untilMs)
      throw inProgress(submission.operation, attempt.lease.untilMs - parts.now());
    await delay(pauseMs);
    found = submission.query && (await parts.ledger.findAttempt(submission.query));
  }
  return undefined;
}

/** Takes over an attempt whose outcome nobody knows. Undefined if another call did so first. */
async function findOut(
  parts: Parts,
  submission: Submission,
  { attempt: before, payout }: Found,
): Promise<PayoutReply | undefined> {
  refuseIfTooOld(parts, submission, before);
  const attempt = await parts.ledger.takeOver(before.id, parts.leases.begin());
  if (!attempt) return undefined;
  const resumed: Submission = {
    ...submission,
    payout,
    intent: {
      ...submission.intent,
      attemptId: attempt.id,
      identity: attempt.identity,
      startedAtMs: attempt.startedAtMs,
    },
  };
  const ended = await ask(parts, {
    ...questionOf(parts, resumed),
    attempt: attempt.tries,
    startedAtMs: attempt.startedAtMs,
    // The first try wrote the intent down.
    beforeEffect: async () => {},
  });
  const outcome =
    ended.kind === "answered" ? outcomeOf(parts, resumed, ended) : ({ state: "UNKNOWN" } as const);
  await settle(parts, resumed, outcome, { durable: true, tries: attempt.tries });
  return finish(parts, resumed, ended);
}

function questionOf(parts: Parts, { operation, request, route, payout, intent }: Submission) {
  const create = intent.payout && "create" in intent.payout ? intent.payout.create : undefined;
  const known = payout ?? create;
  const connectorPayoutId = payout?.connectorPayoutId ?? notOurs(request.connectorPayoutId, payout?.id);
  const { connectorPayoutId: _, ...rest } = request;
  return {
    operation,
    request: (connectorPayoutId === undefined ? rest : { ...rest, connectorPayoutId }) as PayoutRequest,
    route,
    payout: known && payoutFacts(known, request),
    idempotencyKey: providerKey(intent),
    deadlineMs: parts.now() + PROVIDER_DEADLINE_MS,
  };
}

/** Until the provider has an object for the payout, callers know it by our id, which the provider does not. */
function notOurs(connectorPayoutId: string | undefined, ourId: string | undefined): string | undefined {
  return connectorPayoutId === ourId ? undefined : connectorPayoutId;
}
