import type { Opened } from "../../ledger/ledger.ts";
import type { Parts } from "../parts.ts";
import { answeredHere } from "../provider/answered-here.ts";
import { ask } from "../provider/ask.ts";
import type { Ended } from "../provider/ended.ts";
import { questionOf } from "../provider/question.ts";
import { unsupported } from "../provider/unsupported.ts";
import { outcomeOf } from "./outcome.ts";
import { inProgress } from "./replay.ts";
import type { Submission } from "./submission.ts";
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
  let isHeld = () => false;
  const requireHeld = () => {
    // Where this process was held up for longer than the lease lasts, others may be at work on the attempt already.
    if (opened?.kind !== "opened" || !isHeld()) throw inProgress(operation, parts.patience.leaseMs);
  };
  const open = async () => {
    await parts.leases.inTurn(async (lease) => {
      opened = await ledger.open({ ...intent, lease });
      isHeld = parts.leases.watch(lease);
    });
    requireHeld();
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
      beforeFirstByte: requireHeld,
    }));
  if (!opened && (ended.kind === "answered" || ended.kind === "unknown")) {
    opened = await ledger.record(intent, outcomeOf(parts, submission, ended));
    return opened.kind === "opened" ? { kind: "carried out", submission, ended } : opened;
  }
  if (opened && opened.kind !== "opened") return opened;
  if (opened) await writeDown(parts, submission, ended);
  return { kind: "carried out", submission, ended };
}
