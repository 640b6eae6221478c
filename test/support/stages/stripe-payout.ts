import { create } from "@bufbuild/protobuf";
import stripe from "../../../connectors/stripe/index.ts";
import {
  type Context,
  type LinkPage,
  type Operation,
  type OperationFunction,
  type PayoutFacts,
  PayoutStatus,
  type Reply,
  type Request,
} from "../../../src/connector/contract.ts";
import { createHttpClient, type HttpClient } from "../../../src/connector/http/client.ts";
import { unguarded } from "../../../src/connector/http/effect-guard.ts";
import { PayoutService } from "../../../src/gen/types/payout_pb.ts";
import type { RequestInit } from "../clients/connector-call.ts";

/** Credentials as a caller writes them. */
export interface WrittenCredentials {
  readonly api_key?: string;
  readonly financial_account?: string | undefined;
  readonly account_model?: "connect" | "global_payouts";
}

/** How a call differs from the first one of its operation. */
export interface Occasion {
  /** 1 if absent; above, the call is sent again after an unknown outcome, with the same key. */
  readonly attempt?: number;
  /** Another operation of the same name, with a key of its own. */
  readonly key?: string;
  readonly startedAtMs?: number;
}

/** A payout that remembers what the core would, and calls the connector over real HTTP. */
export interface StripePayout {
  /** What the core knows; each reply brings it up to date. */
  facts: PayoutFacts;
  readonly warnings: readonly string[];
  call<O extends Operation>(operation: O, init?: RequestInit<O>, occasion?: Occasion): Promise<Reply<O>>;
  open(visit?: { email?: string; country?: string }, occasion?: Occasion): Promise<LinkPage>;
}

type StripeCredentials = Parameters<NonNullable<typeof stripe.authorize>>[0];

/** The connector's HTTP client, pointed at a fake. Makes no retries and waits half a second, so that faults show. */
export function stripeClient(url: string): HttpClient<StripeCredentials> {
  const silent = { info: () => {}, debug: () => {}, isLevelEnabled: () => false };
  return createHttpClient(stripe, {
    baseUrl: url,
    log: silent,
    now: Date.now,
    limits: { retries: 0, headersTimeoutMs: 500 },
  });
}

/** A new payout of 10 dollars, or as the facts say. */
export function stripePayout(
  client: HttpClient<StripeCredentials>,
  written: WrittenCredentials,
  facts: Partial<PayoutFacts> = {},
): StripePayout {
  const credentials = stripe.credentials.parse({ api_key: "sk_test_canary", ...written });
  const warnings: string[] = [];
  const id = `payout-${++count}`;
  const self: StripePayout = {
    warnings,
    facts: {
      id,
      merchantPayoutId: `order-${id}`,
      connectorPayoutId: undefined,
      status: PayoutStatus.PENDING,
      amountMinor: 1000n,
      currency: "USD",
      destinationCurrency: "USD",
      linkExpiresAtMs: Date.now() + 3_600_000,
      ...facts,
    },
    async call<O extends Operation>(operation: O, init: RequestInit<O> | undefined, occasion: Occasion = {}) {
      const run: OperationFunction<O, StripeCredentials> | undefined = stripe[operation];
      if (!run) throw new TypeError(`stripe has no ${operation}`);
      const request = create(PayoutService.method[operation].input, init as never) as Request<O>;
      const reply = await run(request, context(operation, occasion));
      const { connectorPayoutId = self.facts.connectorPayoutId, payoutStatus = self.facts.status } = reply;
      self.facts = { ...self.facts, connectorPayoutId, status: payoutStatus };
      return reply;
    },
    async open({ email, country } = {}, occasion = {}) {
      if (!stripe.openLink) throw new TypeError("stripe has no openLink");
      const visit = { payout: self.facts, returnUrl: "http://127.0.0.1:9/l/token", email, country };
      const page = await stripe.openLink(visit, context("openLink", { startedAtMs: ++moment, ...occasion }));
      self.facts = {
        ...self.facts,
        connectorPayoutId: page.connectorPayoutId ?? self.facts.connectorPayoutId,
      };
      return page;
    },
  };
  const context = (operation: string, { attempt = 1, key = "", startedAtMs = 0 }: Occasion) => {
    const made: Context<StripeCredentials> = {
      http: client.open({
        credentials,
        deadlineMs: Date.now() + 10_000,
        guard: unguarded,
        resent: attempt > 1,
      }),
      credentials,
      idempotencyKey: Buffer.from(`${operation} ${id} ${key}`).toString("hex").padEnd(64, "0"),
      attempt,
      startedAtMs,
      now: Date.now,
      payout: self.facts,
      warn: (message, about) => warnings.push(`${message} ${JSON.stringify(about)}`),
    };
    return made;
  };
  return self;
}

let count = 0;
let moment = 0;
