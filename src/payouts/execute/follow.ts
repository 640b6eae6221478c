import { setTimeout as delay } from "node:timers/promises";
import type { Attempt, Existing } from "../../core/payout.ts";
import type { Parts } from "../parts.ts";
import { ask } from "../provider/ask.ts";
import { questionOf } from "../provider/question.ts";
import { outcomeOf } from "./outcome.ts";
import { inProgress } from "./replay.ts";
import { type Hazard, hazardOf } from "./review.ts";
import type { CarriedOut } from "./send-first.ts";
import type { Submission } from "./submission.ts";
import { settle } from "./write-down.ts";

/** An attempt that was begun before, and how it was found. */
export type Found = Existing & { readonly via: "key" | "dedupeKey" };

/** What came of following an attempt that was begun before. */
export type Followed =
  | CarriedOut
  /** It has been answered. */
  | { readonly kind: "done"; readonly found: Found }
  /** Somebody is at work on it. */
  | { readonly kind: "in progress"; readonly attempt: Attempt }
  /** Nobody is at work on it, and it may not be sent again by this one. */
  | { readonly kind: "stuck"; readonly attempt: Attempt }
  /** Its outcome is unknown, and sending it again could pay twice. */
  | { readonly kind: "needs review"; readonly attempt: Attempt; readonly hazard: Hazard }
  /** It was forgotten, since it had changed nothing. */
  | { readonly kind: "gone" };

/** How to follow. */
export interface FollowOptions {
  /** In milliseconds since 1970. */
  readonly untilMs: number;
  /** Whether the submission may be sent in the place of an attempt that nobody is at work on. */
  readonly mayTakeOver: boolean;
}

/** Waits for what another call is about to find, or finds out what nobody knows. */
export async function follow(
  parts: Parts,
  submission: Submission,
  earlier: Found,
  { untilMs, mayTakeOver }: FollowOptions,
): Promise<Followed> {
  const { id, operation, dedupeKey } = earlier.attempt;
  const query = { scope: submission.intent.scope, operation, dedupeKey, idempotencyKey: undefined };
  let found: Found | undefined = earlier;
  // Another attempt in its place may be for something else.
  for (let pauseMs = 10; found?.attempt.id === id; pauseMs = Math.min(2 * pauseMs, 100)) {
    const { attempt }: Found = found;
    if (attempt.state === "DONE") return { kind: "done", found };
    if (attempt.state === "UNKNOWN" || attempt.lease.untilMs <= parts.now()) {
      if (!mayTakeOver) return { kind: "stuck", attempt };
      const hazard = hazardOf(parts, submission, found);
      if (hazard) return { kind: "needs review", attempt, hazard };
      const carriedOut = await findOut(parts, submission, found);
      if (carriedOut) return carriedOut;
    }
    if (parts.now() + pauseMs > untilMs) return { kind: "in progress", attempt };
    await delay(pauseMs);
    found = await parts.ledger.findAttempt(query);
  }
  return { kind: "gone" };
}

/** Takes over an attempt whose outcome nobody knows. Undefined if another call did so first, or may have done so since. */
async function findOut(
  parts: Parts,
  submission: Submission,
  { attempt: before, payout }: Found,
): Promise<CarriedOut | undefined> {
  const lease = parts.leases.begin();
  const attempt = await parts.ledger.takeOver(before.id, lease, submission.intent.methodKind);
  // Where the store took longer than the lease lasts, others may be at work on the attempt already.
  const isHeld = parts.leases.watch(lease);
  if (!attempt || !isHeld()) return undefined;
  const resumed: Submission = {
    ...submission,
    payout,
    intent: {
      ...submission.intent,
      attemptId: attempt.id,
      dedupeKey: attempt.dedupeKey,
      startedAtMs: attempt.startedAtMs,
    },
  };
  const ended = await ask(parts, {
    ...questionOf(parts, resumed),
    attempt: attempt.sendCount,
    startedAtMs: attempt.startedAtMs,
    // A try gives up its lease when it ends. Where there was another one since, it has ended only now.
    lastTriedAtMs: attempt.sendCount === before.sendCount + 1 ? before.lease.untilMs : parts.now(),
    // The first try wrote the intent down.
    beforeEffect: async () => {},
    beforeFirstByte: () => {
      if (!isHeld()) throw inProgress(submission.operation, parts.patience.leaseMs);
    },
  });
  const outcome =
    ended.kind === "answered" ? outcomeOf(parts, resumed, ended) : ({ state: "UNKNOWN" } as const);
  await settle(parts, resumed, outcome, { durable: true, sendCount: attempt.sendCount });
  return { kind: "carried out", submission: resumed, ended };
}
