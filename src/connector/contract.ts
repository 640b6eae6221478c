import type { z } from "zod";
import { missingField } from "../core/failure.ts";
import type { Operation, Reply, Request } from "../core/operations.ts";
import { type Reason, reasons } from "../core/reasons.ts";
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
export { pageOptions } from "./capability.ts";
export type { Claim, Person, PostalAddress, Recipient } from "./claim.ts";
export { credentialFields, secret } from "./credentials.ts";
export { providerFailure, readReply, readRetryAfter } from "./http/reply.ts";
export type { Http, HttpReply, HttpRequest } from "./http/request.ts";
export { type LinkProgress, linkProgress, resendWaitMs } from "./lookup.ts";
export {
  hmacSha256,
  isSameSignature,
  type Webhook,
  type WebhookEvent,
  type WebhookRequest,
} from "./webhook.ts";

/** Credentials after their schema has read them. */
export type Credentials = Readonly<Record<string, unknown>>;

/** The core's record of the payout that a call is about. */
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

/** The second argument of every operation, besides its request. */
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
   * When the previous try had certainly ended, in milliseconds since 1970; undefined at the first. It may have sent
   * something, or only looked up.
   */
  readonly lastTriedAtMs?: number | undefined;
  /** The time now, in milliseconds since 1970. For reading replies, never for something that is sent. */
  now(): number;
  /** The payout, where the core knows it. */
  readonly payout: PayoutFacts | undefined;
  /**
   * The recipient's claim on our page, if the call pays or registers it. The request says the same as far as the wire can;
   * a business and its control owner are only here.
   */
  readonly claim?: Claim | undefined;
  /** Logs a warning for the operator of the server, such as an unknown status. Never pass secrets or details of recipients. */
  warn(message: string, facts?: Readonly<Record<string, string>>): void;
}

/** One RPC of a connector. Throws Refusal if the provider declines for good; Failure for a call that cannot be executed. */
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
       * The provider has no keys: finds the result of an earlier, unanswered send by `idempotencyKey` alone; undefined if it
       * certainly has none, which is so only once {@link resendWaitMs} is 0.
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
  /** The recipient's entry on our page, if the caller gave none. */
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
  /** Finds code and message in a reply body, which is parsed JSON, or the raw text if it was none. */
  read(body: unknown): { readonly code: string; readonly message: string } | undefined;
  /** The provider's codes, and our reason for each. Others get a reason by HTTP status. */
  readonly reasons: Readonly<Record<string, Reason>>;
}

/** A connector: its metadata, and one function for each RPC that it supports. A missing function is the capability statement. */
export interface Connector<C = Credentials>
  extends Partial<{ readonly [O in Operation]: OperationFunction<O, C> }> {
  /** The folder's name and the value of `x-connector`: lower case, digits and hyphens. */
  readonly name: string;
  /** The key inside `x-connector-config`, as Prism writes it: `Stripe`. */
  readonly configKey: string;
  /** The provider's API documentation. */
  readonly docs: string;
  /** Base URLs without a trailing slash; undefined for a connector that makes no calls. */
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
   * Whether the provider's id of a payout is enough to claim it. The core then shows and stores the ids sealed; the
   * connector gets and gives them unsealed. Name the id in `secrets` of each request whose path has it.
   */
  readonly secretIds?: boolean;
  /** Every status of the provider's, and ours. Read with `readStatus`. */
  readonly statuses: Readonly<Record<string, PayoutEnums_PayoutStatus>>;
  readonly errors?: ErrorReader;
  /** Fields of LinkOptions that createLink honours, in snake_case. Those that the core handles itself are listed too. */
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

/**
 * The provider's id of the payout that a call is about: the caller's, or the core's record of it.
 *
 * @throws Failure MISSING_REQUIRED_FIELD if there is neither; `hint` says what to write.
 */
export function connectorPayoutIdOf(
  request: { readonly connectorPayoutId?: string | undefined },
  { payout }: Pick<Context, "payout">,
  hint = "Write the id that CreateLink answered.",
): string {
  const id = request.connectorPayoutId || payout?.connectorPayoutId;
  if (!id) throw missingField("connector_payout_id", hint);
  return id;
}

/** The `error` of a reply about a payment that went wrong: our reason with its advice, and the provider's code and message. */
export function errorInfo(reason: Reason, code: string, message: string): NonNullable<Reply<"get">["error"]> {
  return {
    unifiedDetails: { code: reason, message, userGuidanceMessage: reasons[reason].advice },
    connectorDetails: { code, message },
  };
}
