import type { PayoutMethod } from "../../src/gen/types/payout_method_pb.ts";
import { type Outcome, ordinary, outcomeOfCode } from "./outcomes.ts";
import { readId } from "./sandbox-id.ts";

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
