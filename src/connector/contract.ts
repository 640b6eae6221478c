import type { z } from "zod";
import type { Operation, Reply, Request } from "../core/operations.ts";
import type { Reason } from "../core/reasons.ts";
import type { PayoutMethodKind } from "../gen/sluice/v1/link_pb.ts";
import type { PayoutEnums_PayoutStatus } from "../gen/types/payout_pb.ts";
import type { Claim } from "./claim.ts";
import type { Http } from "./http/request.ts";
import type { Webhook } from "./webhook.ts";

/** For credentials and replies, so that a connector from outside the repository needs no packages. */
export { z } from "zod";
export { Failure, invalidField, missingField, Refusal } from "../core/failure.ts";
export { currencyCode, majorUnits, safeMinorAmount } from "../core/money.ts";
export type { Operation, Reply, Request } from "../core/operations.ts";
export { type Reason, reasons } from "../core/reasons.ts";
export { PayoutMethodKind } from "../gen/sluice/v1/link_pb.ts";
export { PayoutEnums_PayoutStatus as PayoutStatus } from "../gen/types/payout_pb.ts";
export type { Secret } from "../security/secret.ts";
export type { Claim, Person, PostalAddress, Recipient } from "./claim.ts";
export { credentialFields, secret } from "./credentials.ts";
export { providerFailure, readReply } from "./http/reply.ts";
export type { Http, HttpReply, HttpRequest } from "./http/request.ts";
export { type LinkProgress, linkProgress } from "./link-progress.ts";
export { pageOptions } from "./page-options.ts";
export { resendWaitMs } from "./resend-wait.ts";
export { hmacSha256, isSameSignature } from "./signature.ts";
export type { Webhook, WebhookEvent, WebhookRequest } from "./webhook.ts";

/** Credentials after their schema has read them. */
export type Credentials = Readonly<Record<string, unknown>>;

/** What the core remembers of the payout that a call is about. */
export interface PayoutFacts {
  /** Ours; stable, safe to show to the provider. */
  readonly id: string;
  readonly merchantPayoutId: string | undefined;
  /** The provider's id of it, once there is one. */
  readonly connectorPayoutId: string | undefined;
  readonly status: PayoutEnums_PayoutStatus;
  readonly amountMinor: bigint;
  /** ISO 4217. */
  readonly currency: string;
  /** ISO 4217. */
  readonly destinationCurrency: string;
  /** When the link ends, in milliseconds since 1970; undefined where there is no link. */
  readonly linkExpiresAtMs: number | undefined;
}

/** What an operation gets besides its request. */
export interface Context<C = Credentials> {
  /** The only way out of this process. */
  readonly http: Http;
  readonly credentials: C;
  /**
   * 64 hexadecimal characters, the same whenever this attempt is sent again. Add a suffix where one operation makes
   * several calls.
   */
  readonly idempotencyKey: string;
  /** 1 when first sent, 2 when sent again after an unknown outcome, and so on. */
  readonly attempt: number;
  /** When the attempt was first sent, in milliseconds since 1970: the same whenever it is sent again. Use it in anything that is sent. */
  readonly startedAtMs: number;
  /**
   * When the try before this one had certainly ended, in milliseconds since 1970; undefined at the first. That try may have
   * sent something, or only looked.
   */
  readonly lastTriedAtMs?: number | undefined;
  /** The time now, in milliseconds since 1970. For judging answers, never for something that is sent. */
  now(): number;
  /** The payout, where the core knows it. */
  readonly payout: PayoutFacts | undefined;
  /**
   * What the recipient gave on our page, where the call pays or registers that. The request says the same as far as the
   * wire can; a business and who answers for it are only here.
   */
  readonly claim?: Claim | undefined;
  /** Logs what the operator of the server should know, such as a status that nobody has seen before. Never pass secrets or details of recipients. */
  warn(message: string, facts?: Readonly<Record<string, string>>): void;
}

/** One RPC of a connector. Throws Refusal for the provider's no; Failure for a call that cannot be carried out. */
export type OperationFunction<O extends Operation, C> = (
  request: Request<O>,
  context: Context<C>,
) => Promise<Reply<O>>;

/** How a repeated call is kept from paying twice. */
export type Idempotency<C> =
  | {
      /** The provider honours our key for this long, in milliseconds: within it an unknown outcome is sent again, unchanged. */
      readonly windowMs: number;
    }
  | {
      /**
       * The provider has no keys: finds what an earlier, unanswered attempt made, by `idempotencyKey` alone, or undefined if it
       * certainly made nothing. Nothing there is certain only once {@link resendWaitMs} is 0.
       */
      lookup(
        operation: Operation,
        request: Request<Operation>,
        context: Context<C>,
      ): Promise<Reply<Operation> | undefined>;
    };

/** A link whose recipient has just arrived. */
export interface LinkVisit {
  readonly payout: PayoutFacts;
  /** Where the provider sends the recipient back to, and where they get a fresh page when the provider's has run out. */
  readonly returnUrl: string;
  /** What the recipient gave on our page, where the caller gave nothing. */
  readonly email: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
}

/** Where a recipient goes on. */
export interface LinkPage {
  readonly url: string;
  /** The provider's id, where opening the link has made or changed it. */
  readonly connectorPayoutId?: string;
}

/** Reads the provider's error replies. */
export interface ErrorReader {
  /** Finds code and words in a reply body that was JSON (or the raw text where it was not). */
  read(body: unknown): { readonly code: string; readonly message: string } | undefined;
  /** The provider's codes, and our reason for each. Others get a reason by HTTP status. */
  readonly reasons: Readonly<Record<string, Reason>>;
}

/** What a connector is: facts, and one function for each RPC that it supports. A missing function is the capability statement. */
export interface Connector<C = Credentials>
  extends Partial<{ readonly [O in Operation]: OperationFunction<O, C> }> {
  /** The folder's name and the value of `x-connector`: lower case, digits and hyphens. */
  readonly name: string;
  /** The key inside `x-connector-config`, as Prism writes it: `Stripe`. */
  readonly configKey: string;
  /** The provider's API documentation. */
  readonly docs: string;
  /** Base URLs without a trailing slash; undefined for a connector that calls nobody. */
  readonly hosts: { readonly live: string; readonly test: string } | undefined;
  /** Which host a caller's credentials belong to. `live` if absent. */
  environment?(credentials: C): "live" | "test";
  /** Reads the JSON inside `x-connector-config`. Mark secrets with `secret()`, and describe each field with `.describe()`. */
  readonly credentials: z.ZodType<C>;
  /** The legacy headers, by the credential that each fills: `{ "x-api-key": "api_key" }`. */
  readonly legacyHeaders?: Readonly<Record<string, string>>;
  /** Headers that authenticate a request. */
  authorize?(credentials: C): Readonly<Record<string, string>>;
  readonly idempotency: Idempotency<C>;
  /**
   * Whether whoever knows the provider's id of a payout can claim it. The core then shows and stores the ids sealed; the
   * connector gets and gives them as they are. Name the id in `secrets` of each request whose path has it.
   */
  readonly secretIds?: boolean;
  /** Every status of the provider's, and ours. Read with `readStatus`. */
  readonly statuses: Readonly<Record<string, PayoutEnums_PayoutStatus>>;
  readonly errors?: ErrorReader;
  /** Fields of LinkOptions that createLink honours, in snake_case. Those the core carries out itself are listed too. */
  readonly linkOptions?: readonly string[];
  /** How recipients can be paid. */
  readonly methods?: readonly PayoutMethodKind[];
  /** ISO 4217; absent means not restricted here. */
  readonly currencies?: readonly string[];
  /** ISO 3166-1 alpha-2; absent means not restricted here. */
  readonly countries?: readonly string[];
  /** Field names whose values may be logged; every other value of a provider call is masked. */
  readonly visible?: readonly string[];
  /** For provider pages that live minutes: makes one when the recipient arrives. */
  openLink?(visit: LinkVisit, context: Context<C>): Promise<LinkPage>;
  /** In how many business days the money usually arrives, at the earliest and at the latest, where the provider says so. */
  readonly arrivalDays?: Readonly<Partial<Record<PayoutMethodKind, readonly [number, number]>>>;
  /** How the provider's webhooks are read. */
  readonly webhook?: Webhook;
}

/** Checks a connector's shape and gives its credentials their type. A folder's `index.ts` exports the result as default. */
export function defineConnector<C>(connector: Connector<C>): Connector<C> {
  return connector;
}

/** Our status for the provider's. One that is not in the table is UNSPECIFIED and a warning, never FAILED. */
export function readStatus<C>(
  statuses: Connector<C>["statuses"],
  status: string,
  context: Context<C>,
): PayoutEnums_PayoutStatus {
  const known = Object.hasOwn(statuses, status) ? statuses[status] : undefined;
  if (known !== undefined) return known;
  context.warn("unknown provider status", { status });
  return 0;
}
