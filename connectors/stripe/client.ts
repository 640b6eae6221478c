import type Stripe from "stripe";
import type { z } from "zod";
import {
  Failure,
  type Http,
  type HttpReply,
  type HttpRequest,
  providerFailure,
  readReply,
  readRetryAfter,
} from "../../src/connector/contract.ts";
import type { StripeContext } from "./credentials.ts";
import { errors } from "./errors.ts";

/** How a request differs from a plain read. */
export interface CallOptions {
  /** A suffix of the attempt's idempotency key. Requests that change something have one; reads do not. */
  readonly key?: string;
  /** On whose behalf: sent as Stripe-Account to v1 and as Stripe-Context to v2. */
  readonly account?: { readonly stripeAccount: string } | { readonly stripeContext: string };
}

/**
 * Sends one request through Stripe's SDK, and reads the reply.
 *
 * An error that Stripe stored for this key before does not answer this request: it is sent again under the next key. Every
 * call that meets the stored error takes that same next key, so two of them still are one request.
 *
 * @throws Refusal if Stripe declines for good; Failure if the outcome is unknown, or nothing was sent.
 */
export async function callStripe<T>(
  context: StripeContext,
  shape: z.ZodType<T>,
  send: (stripe: Stripe, options: Stripe.RequestOptions) => Promise<unknown>,
  { key, account }: CallOptions = {},
): Promise<T> {
  const stripe = await loadStripe();
  for (let number = 0; ; number++) {
    const idempotencyKey = key && `${context.idempotencyKey}:${key}${number === 0 ? "" : `:${number}`}`;
    const { reply, error } = await exchange(context.http, (authenticator) =>
      send(stripe, { authenticator, ...account, ...(idempotencyKey && { idempotencyKey }) }),
    );
    if (!reply) throw lostReply(error);
    if (isStoredError(reply) && number < MAX_STORED_ERRORS) continue;
    if (reply.status >= 200 && reply.status < 300) return readReply(reply, shape);
    throw providerFailure(stripeErrors, {
      ...{ code: "", message: "", ...errors.read(reply.body) },
      status: reply.status,
      effect: reply.effect,
      retryAfterMs: readRetryAfter(reply.headers["retry-after"], context.now()),
    });
  }
}

/** After this many stored errors the last one is the reply: a caller who keeps retrying uses up a day's keys. */
const MAX_STORED_ERRORS = 8;

const stripeErrors = { name: "stripe", errors };

type Authenticator = NonNullable<Stripe.RequestOptions["authenticator"]>;

/** Runs the SDK on our HTTP client, and keeps the reply as it came. */
async function exchange(
  http: Http,
  send: (authenticator: Authenticator) => Promise<unknown>,
): Promise<{ reply: HttpReply | undefined; error?: unknown }> {
  const sender: Sender = { http, reply: undefined };
  try {
    await send(async ({ headers }) => {
      senders.set(headers, sender);
    });
    return { reply: sender.reply };
  } catch (error) {
    return { reply: sender.reply, error };
  }
}

interface Sender {
  readonly http: Http;
  reply: HttpReply | undefined;
}

/**
 * The call that a request of the SDK belongs to. The SDK hands the same headers object to the authenticator of the request
 * and to the HTTP client, so one SDK serves all calls and never sees a key: the core authenticates.
 */
const senders = new WeakMap<object, Sender>();

let loading: Promise<Stripe> | undefined;

/** The SDK takes a tenth of a second to load, so it is loaded when it is first needed. */
function loadStripe(): Promise<Stripe> {
  loading ??= import("stripe").then(({ default: Sdk }) => {
    const httpClient = { getClientName: () => "sluice", makeRequest };
    return new Sdk("", { authenticator: unused, httpClient, maxNetworkRetries: 0, telemetry: false });
  });
  return loading;
}

async function unused(): Promise<void> {
  throw new Failure("INTERNAL", "A request to Stripe was made without its call.");
}

type MakeRequest = Stripe.HttpClient["makeRequest"];

const makeRequest: MakeRequest = async (_host, _port, path, method, headers, body) => {
  const sender = senders.get(headers);
  if (!sender) throw new Failure("INTERNAL", "A request to Stripe lost its call inside the SDK.");
  const reply = await sender.http.exchange({
    method: method as HttpRequest["method"],
    path,
    headers: ownHeaders(headers),
    ...(method !== "GET" && { body, effect: "keyed" as const }),
  });
  sender.reply = reply;
  return {
    getStatusCode: () => reply.status,
    // Headers make the SDK warn on the console and retry; they are read from the reply itself.
    getHeaders: () => ({}),
    getRawResponse: () => ({}),
    toStream: () => undefined,
    toJSON: async () => (typeof reply.body === "object" && reply.body !== null ? reply.body : {}),
  };
};

/** The headers that Stripe reads. The core writes length, agent and authentication. */
const sent: ReadonlySet<string> = new Set([
  "content-type",
  "idempotency-key",
  "stripe-account",
  "stripe-context",
  "stripe-version",
]);

function ownHeaders(headers: object): Record<string, string> {
  const entries = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  );
  return Object.fromEntries(entries.filter(([name]) => sent.has(name)));
}

/** The SDK wraps what our HTTP client throws. */
function lostReply(error: unknown): unknown {
  const cause = (error as { detail?: unknown } | undefined)?.detail;
  return cause instanceof Error ? cause : error;
}

/** A refusal that Stripe stored for the key. Other errors under a used key are not final, so they are passed on. */
function isStoredError({ status, headers }: HttpReply): boolean {
  const isRefusal = status >= 400 && status < 500 && status !== 409 && status !== 429;
  return isRefusal && headers["idempotent-replayed"] === "true";
}
