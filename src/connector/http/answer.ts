import type { Reason } from "../../core/reasons.ts";
import type { ExchangeResult } from "./exchange.ts";
import type { HttpReply } from "./http.ts";
import { removeSecrets } from "./masking.ts";
import { noClearAnswer, providerFailure, unavailable } from "./provider-failure.ts";
import { parseBody, readRetryAfter } from "./provider-reply.ts";
import type { Loss } from "./try.ts";

/** A provider's reply, and whether an earlier try may have been carried out without anybody knowing. */
export interface Answer {
  readonly reply: HttpReply;
  readonly inDoubt: boolean;
}

/** How a connector reads the provider's errors. */
export interface ErrorFacts {
  readonly name: string;
  readonly errors?: {
    read(body: unknown): { readonly code: string; readonly message: string } | undefined;
    readonly reasons: Readonly<Record<string, Reason>>;
  };
}

/** What reading an exchange rests on. */
export interface ReadOptions {
  readonly effect: HttpReply["effect"];
  readonly inDoubt: boolean;
  /** Values that no reply may carry on. */
  readonly secrets: readonly string[];
}

/**
 * The reply of an exchange, without the secrets that it repeats.
 *
 * @throws Failure where the reply was lost or is a yes that cannot be read; what withheld the request, where it was not sent.
 */
export function readOutcome(
  connector: string,
  { result }: ExchangeResult,
  { effect, inDoubt, secrets }: ReadOptions,
): HttpReply {
  if (result.kind === "lost") {
    const words = lossWords[result.why];
    if (result.why === "withheld" && !inDoubt) throw result.cause;
    throw result.sent || inDoubt
      ? noClearAnswer(connector, words, effect, result.cause)
      : unavailable(connector, words, { cause: result.cause });
  }
  const text = removeSecrets(result.text, secrets);
  const { body, readable } = parseBody(text, result.headers["content-type"]);
  if (!readable && isSuccess(result.status))
    throw noClearAnswer(connector, `answered ${result.status} with broken JSON`, effect);
  return { status: result.status, headers: result.headers, body, text, connector, effect };
}

/**
 * A 2xx reply.
 *
 * @throws Refusal and Failure for any other, as `providerFailure` says.
 */
export function successOf(
  connector: ErrorFacts,
  reply: HttpReply,
  inDoubt: boolean,
  nowMs: number,
): HttpReply {
  if (isSuccess(reply.status)) return reply;
  assertConclusive(connector.name, reply, inDoubt);
  const { code = "", message = "" } = connector.errors?.read(reply.body) ?? {};
  const retryAfterMs = readRetryAfter(reply.headers["retry-after"], nowMs);
  throw providerFailure(connector, {
    status: reply.status,
    code,
    message,
    effect: reply.effect,
    retryAfterMs,
  });
}

/**
 * A reply that says what became of the request.
 *
 * @throws Failure OUTCOME_UNKNOWN for an answer to a repeat that says nothing about what the first try did.
 */
export function assertConclusive(connector: string, reply: HttpReply, inDoubt: boolean): HttpReply {
  if (inDoubt && aboutThisTryOnly.has(reply.status))
    throw noClearAnswer(connector, `answered ${reply.status} to a repeated request`, reply.effect);
  return reply;
}

const aboutThisTryOnly: ReadonlySet<number> = new Set([401, 403, 409, 429]);

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

const lossWords: Readonly<Record<Loss, string>> = {
  refused: "could not be reached",
  timeout: "did not answer in time",
  deadline: "did not answer before the call's deadline",
  withheld: "was not asked again",
  reset: "broke the connection off",
  unreadable: "answered with something that cannot be read",
};
