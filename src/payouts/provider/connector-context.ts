import type { Claim, Context, PayoutFacts } from "../../connector/contract.ts";
import type { OperationHttp } from "../../connector/http/client.ts";
import type { Parts } from "../parts.ts";
import type { Route } from "../request/route.ts";

/** What is sent to a connector besides a request. */
export interface Errand {
  readonly route: Route;
  readonly payout: PayoutFacts | undefined;
  readonly claim?: Claim | undefined;
  readonly idempotencyKey: string;
  /** 1 when first sent. */
  readonly attempt: number;
  readonly startedAtMs: number;
  /** When the try before had certainly ended, where there was one. */
  readonly lastTriedAtMs?: number | undefined;
  readonly deadlineMs: number;
  /** Writes the intent down; awaited before anything that changes something is sent. */
  beforeEffect(): Promise<void>;
  /** Throws where it may not be sent any more; called just before the first byte of anything that changes something. */
  beforeFirstByte?(): void;
}

/** What asking a connector takes of the server's parts. */
export type AskParts = Pick<Parts, "client" | "keys" | "log" | "now">;

/** The way out for one errand. */
export function openHttp({ client }: AskParts, errand: Errand): OperationHttp {
  const { route, deadlineMs, beforeEffect, beforeFirstByte, attempt } = errand;
  const { credentials, connector } = route;
  return client(connector).open({
    credentials,
    deadlineMs,
    guard: { beforeFirstEffect: beforeEffect, beforeSend: beforeFirstByte ?? (() => {}) },
    resent: attempt > 1,
  });
}

/** What a connector gets besides a request. */
export function contextOf({ log, now }: AskParts, errand: Errand, http: OperationHttp): Context {
  const { route, payout, claim, idempotencyKey, attempt, startedAtMs, lastTriedAtMs } = errand;
  const connector = route.connector.name;
  return {
    http,
    credentials: route.credentials,
    idempotencyKey,
    attempt,
    startedAtMs,
    lastTriedAtMs,
    payout,
    claim,
    now,
    warn: (message, facts) => log.warn({ connector, ...facts }, message),
  };
}
