import { hasLinksOfOurs } from "../connector/capability.ts";
import { PayoutStatus } from "../connector/contract.ts";
import type { Opened } from "../ledger/ledger.ts";
import { ask } from "./ask.ts";
import { type Answered, answered, type Ended } from "./ended.ts";
import { LEASE_MS } from "./leases.ts";
import { outcomeOf } from "./outcome.ts";
import type { Parts } from "./parts.ts";
import { questionOf } from "./question.ts";
import { inProgress } from "./replay.ts";
import type { Submission } from "./submission.ts";
import { unsupported } from "./unsupported.ts";
import { writeDown } from "./write-down.ts";

/** What came of carrying an operation out. The submission is the one that was sent, which may be an earlier one. */
export interface CarriedOut {
  readonly kind: "carried out";
  readonly submission: Submission;
  readonly ended: Ended;
}

/** What came of sending for the first time: nothing was sent where it was not carried out. */
export type Sent = CarriedOut | Exclude<Opened, { kind: "opened" }>;

/**
 * Sends what was never sent before. The intent is on disk before anything leaves, and the outcome is on disk when this
 * returns. Whether the payout's state allows it is for whoever calls this to judge.
 */
export async function sendFirst(parts: Parts, submission: Submission): Promise<Sent> {
  const { ledger } = parts;
  const { intent, operation, route } = submission;
  let opened: Opened | undefined;
  const open = async () => {
    const lease = parts.leases.begin();
    opened = await ledger.open({ ...intent, lease });
    // Where the store took longer than the lease lasts, others may be at work on the attempt already.
    if (opened.kind !== "opened" || lease.untilMs <= parts.now()) throw inProgress(operation, LEASE_MS);
  };
  const here = answeredHere(submission);
  if (!here && !route.connector[operation]) throw unsupported(operation, route.connector, parts.registry);
  const ended =
    here ??
    (await ask(parts, {
      ...questionOf(parts, submission),
      attempt: 1,
      startedAtMs: intent.startedAtMs,
      beforeEffect: open,
    }));
  if (!opened && (ended.kind === "answered" || ended.kind === "unknown")) {
    opened = await ledger.record(intent, outcomeOf(parts, submission, ended));
    return opened.kind === "opened" ? { kind: "carried out", submission, ended } : opened;
  }
  if (opened && opened.kind !== "opened") return opened;
  if (opened) await writeDown(parts, submission, ended);
  return { kind: "carried out", submission, ended };
}

/** What the core answers by itself: about links that no provider has an object for. */
function answeredHere({ operation, payout, route: { connector } }: Submission): Answered | undefined {
  const isOurs = hasLinksOfOurs(connector);
  if (operation === "createLink" && isOurs) {
    return answered(operation, { payoutStatus: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA });
  }
  if (operation !== "void" || !payout?.link) return undefined;
  const isUnpaid =
    payout.status === PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA || payout.status === PayoutStatus.FAILED;
  // What the provider has of a link of ours is a payment that failed.
  const hasNothingThere = isOurs || !payout.connectorPayoutId;
  return isUnpaid && hasNothingThere
    ? answered(operation, { payoutStatus: PayoutStatus.CANCELLED })
    : undefined;
}
