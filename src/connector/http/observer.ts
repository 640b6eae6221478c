import type { ExchangeResult } from "./exchange.ts";
import { maskBody, maskPath } from "./masking.ts";
import type { ProviderReply } from "./reply.ts";
import type { HttpReply, HttpRequest } from "./request.ts";

/** Facts of one provider call, for the log and for metrics. Holds no id, no secret and no detail of a recipient. */
export interface HttpCall {
  readonly connector: string;
  readonly method: HttpRequest["method"];
  /** With ids as `:id`. */
  readonly path: string;
  /** HTTP status; absent where no reply came. */
  readonly status?: number;
  /** Why no reply came: how it was lost, or `not_sent`. */
  readonly lost?: string;
  readonly durationMs: number;
  /** 0 where nothing was sent. */
  readonly tries: number;
}

/** The log of provider calls. Fits a pino logger. */
export interface ProviderLog {
  info(facts: object, message: string): void;
  debug(facts: object, message: string): void;
  isLevelEnabled(level: string): boolean;
}

/** Receives the facts of every provider call. */
export interface ProviderCallObserver {
  readonly log: ProviderLog;
  readonly metrics?: { providerCall(call: HttpCall): void } | undefined;
}

/** Runs a provider call and reports it once, however it ends. Bodies go to the debug level only, masked. */
export async function reportCall(
  connector: { readonly name: string; readonly visible?: readonly string[] },
  { log, metrics }: ProviderCallObserver,
  request: HttpRequest,
  run: (report: (outcome: ExchangeResult) => void) => Promise<ProviderReply>,
): Promise<ProviderReply> {
  const startedAtMs = performance.now();
  let outcome: ExchangeResult | undefined;
  let answer: ProviderReply | undefined;
  try {
    answer = await run((reported) => {
      outcome = reported;
    });
    return answer;
  } finally {
    const call: HttpCall = {
      connector: connector.name,
      method: request.method,
      path: maskPath(request.path, request.secrets),
      ...resultFacts(outcome),
      durationMs: Math.round((performance.now() - startedAtMs) * 10) / 10,
      tries: outcome?.tries ?? 0,
    };
    log.info(call, "provider call");
    metrics?.providerCall(call);
    if (log.isLevelEnabled("debug"))
      log.debug(bodies(connector, request, answer?.reply), "provider call bodies");
  }
}

function resultFacts(outcome: ExchangeResult | undefined): Pick<HttpCall, "status" | "lost"> {
  if (outcome === undefined) return { lost: "not_sent" };
  return outcome.result.kind === "reply" ? { status: outcome.result.status } : { lost: outcome.result.why };
}

function bodies(
  { name, visible }: { readonly name: string; readonly visible?: readonly string[] },
  request: HttpRequest,
  reply: HttpReply | undefined,
): object {
  return {
    connector: name,
    request: maskBody(request.json ?? request.form ?? request.body, visible),
    reply: reply && maskBody(reply.body, visible),
  };
}
