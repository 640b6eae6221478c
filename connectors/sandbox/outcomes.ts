import type { Reason } from "../../src/connector/contract.ts";
import type { PayoutMethod } from "../../src/gen/types/payout_method_pb.ts";
import { readId } from "./objects.ts";

/** A provider's final refusal. */
export interface Decline {
  readonly reason: Reason;
  /** HTTP status. */
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** The course of an accepted payment, in the statuses of the connector's table. */
export interface Progress {
  readonly first: string;
  /** The later status, after so many milliseconds; and the reason if the payment failed or was returned. */
  readonly turn?: { readonly status: string; readonly afterMs: number; readonly because?: Decline };
}

/** A call without a usable reply. */
export interface Fault {
  readonly message: string;
  /** Set if the sandbox rate-limits the request and does nothing. */
  readonly retryAfterMs?: number;
}

/** The effect of a magic value: exactly one of the four. */
export interface Outcome {
  /**
   * Four digits: the amount in minor units, the end of an account number (after four zeros), and digits 9 to 12 of a
   * card number that begins with 40000000. Part of ids that callers store, so a code never changes its meaning.
   */
  readonly code: number;
  /** The payment is accepted. */
  readonly progress?: Progress;
  /** Paying is refused; links, quotes and recipients can still be made. */
  readonly refusesPayment?: Decline;
  /** Every call but Get is refused. */
  readonly refusesCall?: Decline;
  /** Every call but Get fails when first sent, and succeeds as an ordinary one when the same attempt is sent again. */
  readonly fails?: Fault;
}

/** The outcome of every value that is not in {@link outcomes}. */
export const ordinary: Outcome & { readonly progress: Progress } = { code: 0, progress: { first: "paid" } };

const closed = decline(
  "RECIPIENT_ACCOUNT_CLOSED",
  402,
  "account_closed",
  "The recipient's account is closed.",
);
const returned = decline(
  "PAYMENT_RETURNED",
  402,
  "payout_returned",
  "The recipient's bank sent the money back.",
);

/** Every magic value. */
export const outcomes: readonly Outcome[] = [
  { code: 2001, progress: turning("processing", "paid", 10_000) },
  { code: 2002, progress: turning("processing", "paid", 60_000) },
  { code: 2003, progress: turning("paid", "returned", 10_000, returned) },
  { code: 2004, progress: turning("processing", "failed", 10_000, closed) },
  {
    code: 4001,
    refusesPayment: decline("RECIPIENT_DECLINED", 402, "declined", "The recipient's bank said no."),
  },
  { code: 4002, refusesPayment: closed },
  {
    code: 4003,
    refusesPayment: decline("RECIPIENT_ACCOUNT_INVALID", 400, "account_invalid", "No such account."),
  },
  {
    code: 4004,
    refusesPayment: decline("INSUFFICIENT_FUNDS", 402, "insufficient_funds", "Balance too low."),
  },
  { code: 4401, refusesCall: decline("PROVIDER_AUTHENTICATION", 401, "invalid_api_key", "Unknown API key.") },
  {
    code: 4403,
    refusesCall: decline("PROVIDER_PERMISSION", 403, "permission_denied", "The key may not pay."),
  },
  { code: 4404, refusesCall: decline("PROVIDER_NOT_FOUND", 404, "not_found", "There is no such object.") },
  {
    code: 4409,
    refusesCall: decline("PROVIDER_CONFLICT", 409, "conflict", "Another request is changing it."),
  },
  { code: 4429, fails: { message: "The sandbox answered 429.", retryAfterMs: 2_000 } },
  { code: 5001, fails: { message: "The sandbox answered 500." } },
  { code: 5002, fails: { message: "The sandbox did not answer in time." } },
  { code: 5003, fails: { message: "The sandbox's answer cannot be read." } },
];

/** The outcome with this code; the ordinary one where no other has it. */
export function outcomeOfCode(code: number): Outcome {
  return byCode.get(code) ?? ordinary;
}

const byCode = new Map(outcomes.map((outcome) => [outcome.code, outcome]));

function decline(reason: Reason, status: number, code: string, message: string): Decline {
  return { reason, status, code, message };
}

function turning(first: string, status: string, afterMs: number, because?: Decline): Progress {
  return { first, turn: because ? { status, afterMs, because } : { status, afterMs } };
}

/** Where a request can carry a magic value. */
export interface Choice {
  readonly payoutMethodData?: PayoutMethod | undefined;
  /** An account or recipient that was made before. */
  readonly connectorPayoutMethodId?: string | undefined;
  readonly connectorPayoutId?: string | undefined;
  readonly amount?: { readonly minorAmount: bigint } | undefined;
}

/**
 * The outcome that a request selects. The account or card decides, then the account on file, then the amount, then the
 * amount or account of the link or recipient; the first that is not ordinary wins.
 *
 * @throws Refusal PROVIDER_NOT_FOUND for ids that are not the sandbox's.
 */
export function chooseOutcome(request: Choice): Outcome {
  const filed = request.connectorPayoutMethodId
    ? readId(request.connectorPayoutMethodId, ["account", "recipient"])
    : undefined;
  const object = request.connectorPayoutId
    ? readId(request.connectorPayoutId, ["link", "payout", "recipient", "account"])
    : undefined;
  const codes = [
    codeOfDestination(request.payoutMethodData),
    filed?.code,
    Number(request.amount?.minorAmount ?? 0n),
    // A payout that failed is paid again by another account: its own outcome is spent.
    object?.kind === "payout" ? undefined : object?.code,
  ];
  return codes.map((code) => outcomeOfCode(code ?? 0)).find((outcome) => outcome !== ordinary) ?? ordinary;
}

type Data = PayoutMethod["payoutMethodData"];
type Value<C extends Data["case"]> = Extract<Data, { case: C }>["value"];

/** What identifies an account, card or wallet of each kind. */
const identifiers: { readonly [C in NonNullable<Data["case"]>]: (value: Value<C>) => string | undefined } = {
  card: (card) => card.cardNumber?.value,
  ach: (account) => account.bankAccountNumber?.value,
  bacs: (account) => account.bankAccountNumber?.value,
  sepa: (account) => account.iban?.value,
  pix: (account) => account.bankAccountNumber?.value,
  applePayDecrypt: (card) => card.dpan?.value,
  paypal: (wallet) => wallet.email?.value ?? wallet.telephoneNumber?.value ?? wallet.paypalId?.value,
  venmo: (wallet) => wallet.telephoneNumber?.value,
  interac: (wallet) => wallet.email?.value,
  openBankingUk: (account) => account.iban?.value,
  passthrough: (token) => token.pspToken,
  pixKey: (account) => account.pixKey?.value,
  pixEmv: (account) => account.emv?.value,
};

const magicCard = /^40000000(\d{4})\d{4}$/;
const magicAccount = /0000(\d{4})$/;

function codeOfDestination(method: PayoutMethod | undefined): number | undefined {
  const data = method?.payoutMethodData;
  if (data?.case === undefined) return undefined;
  const identify = identifiers[data.case] as (value: unknown) => string | undefined;
  const digits = (identify(data.value) ?? "").replaceAll(/\D/g, "");
  const [, code] = magicCard.exec(digits) ?? magicAccount.exec(digits) ?? [];
  return code === undefined ? undefined : Number(code);
}
