import {
  type Connector,
  type Context,
  Failure,
  type Operation,
  Refusal,
  type Reply,
  type Request,
} from "../../connector/contract.ts";
import type { OperationHttp } from "../../connector/http/client.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import { type AskParts, contextOf, type Errand, openHttp } from "./connector-context.ts";
import { answered, type Ended, judge } from "./ended.ts";
import { inTime } from "./in-time.ts";
import { openIds, sealIds } from "./secret-ids.ts";

/** A question to a connector. */
export interface Question extends Errand {
  readonly operation: Operation;
  readonly request: PayoutRequest;
}

/**
 * Runs one operation of a connector, and judges how it ended. Where an earlier try may have done it and the connector can
 * look that up, it does so first. Rejects never.
 */
export async function ask(parts: AskParts, question: Question): Promise<Ended> {
  const { operation, route } = question;
  const http = openHttp(parts, question);
  const earlier = { madeNothing: question.attempt === 1 };
  try {
    const reply = await inTime(parts, question, operation, run(parts, question, http, earlier));
    // A reply that is none counts as the connector's breaking.
    return answered(operation, reply);
  } catch (error) {
    const { effectSent } = http;
    if (effectSent && !(error instanceof Failure) && !(error instanceof Refusal)) {
      const connector = route.connector.name;
      parts.log.error({ connector, operation, error }, "a connector broke after something was sent");
    }
    return judge(question, error, { effectSent, earlierMadeNothing: earlier.madeNothing });
  }
}

async function run(
  parts: AskParts,
  asked: Question,
  http: OperationHttp,
  earlier: { madeNothing: boolean },
): Promise<Reply<Operation>> {
  const question = openIds(parts.keys, asked);
  return sealIds(parts.keys, { asked, question }, await carryOut(parts, question, http, earlier));
}

async function carryOut(
  parts: AskParts,
  question: Question,
  http: OperationHttp,
  earlier: { madeNothing: boolean },
): Promise<Reply<Operation>> {
  const { operation, attempt } = question;
  const connector = question.route.connector as Connector;
  const context = contextOf(parts, question, http);
  if (attempt > 1 && "lookup" in connector.idempotency) {
    const request = question.request as unknown as Request<Operation>;
    const made = await connector.idempotency.lookup(operation, request, context);
    if (made) return made;
    earlier.madeNothing = true;
  }
  // The table of functions is keyed by operation, so request and function agree; the compiler cannot follow that.
  const operate = connector[operation] as unknown as (
    request: PayoutRequest,
    context: Context,
  ) => Promise<Reply<Operation>>;
  return await operate.call(connector, question.request, context);
}
