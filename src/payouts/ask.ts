import {
  type Connector,
  type Context,
  Failure,
  type Operation,
  type PayoutFacts,
  Refusal,
  type Reply,
  type Request,
} from "../connector/contract.ts";
import type { OperationHttp } from "../connector/http-client.ts";
import { reasons } from "../connector/reasons.ts";
import { answered, type Ended, judge } from "./ended.ts";
import type { Parts } from "./parts.ts";
import type { PayoutRequest } from "./payout-request.ts";
import type { Route } from "./route.ts";

/** A question to a connector. */
export interface Question {
  readonly operation: Operation;
  readonly request: PayoutRequest;
  readonly route: Route;
  readonly payout: PayoutFacts | undefined;
  readonly idempotencyKey: string;
  /** 1 when first sent. */
  readonly attempt: number;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  /** Writes the intent down; awaited before anything that changes something is sent. */
  beforeEffect(): Promise<void>;
}

/** What asking takes of the server's parts. */
export type AskParts = Pick<Parts, "client" | "log" | "now">;

/**
 * Runs one operation of a connector, and judges how it ended. Where an earlier try may have done it and the connector can
 * look that up, it does so first. Rejects never.
 */
export async function ask(parts: AskParts, question: Question): Promise<Ended> {
  const { operation, route } = question;
  const { client, log } = parts;
  const http = openHttp(client(route.connector), question);
  const earlier = { madeNothing: question.attempt === 1 };
  try {
    // A reply that is none counts as the connector's breaking.
    return answered(operation, await inTime(parts, question, run(parts, question, http, earlier)));
  } catch (error) {
    const { effectSent } = http;
    if (effectSent && !(error instanceof Failure) && !(error instanceof Refusal)) {
      const connector = route.connector.name;
      log.error({ connector, operation, error }, "a connector broke after something was sent");
    }
    return judge(question, error, { effectSent, earlierMadeNothing: earlier.madeNothing });
  }
}

/** How long after the deadline a connector may think about what came; it can send nothing any more then, in milliseconds. */
const THINKING_MS = 2000;

/** What a connector comes to, or a failure if that takes too long: work that never ended would keep its payout for ever. */
async function inTime<T>(
  { log, now }: AskParts,
  { route, operation, deadlineMs }: Question,
  work: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const giveUp = () => {
      const connector = route.connector.name;
      log.error({ connector, operation }, "a connector did not come to an end");
      const message = `${connector} did not come to an end in time. ${reasons.DEADLINE_EXCEEDED.advice}`;
      reject(new Failure("DEADLINE_EXCEEDED", message));
    };
    timer = setTimeout(giveUp, deadlineMs - now() + THINKING_MS);
  });
  return Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}

async function run(
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

function openHttp(client: ReturnType<Parts["client"]>, question: Question): OperationHttp {
  const { route, deadlineMs, beforeEffect, attempt } = question;
  return client.open({ credentials: route.credentials, deadlineMs, beforeEffect, resent: attempt > 1 });
}

function contextOf({ log, now }: AskParts, question: Question, http: OperationHttp): Context {
  const { route, payout, idempotencyKey, attempt, startedAtMs } = question;
  const connector = route.connector.name;
  return {
    http,
    credentials: route.credentials,
    idempotencyKey,
    attempt,
    startedAtMs,
    payout,
    now,
    warn: (message, facts) => log.warn({ connector, ...facts }, message),
  };
}
