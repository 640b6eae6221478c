import type Stripe from "stripe";
import { invalidField, missingField } from "../../../src/connector/contract.ts";
import type { PayoutMethod } from "../../../src/gen/types/payout_method_pb.ts";
import { countryCode } from "../recipient.ts";

type BankAccount = Stripe.V2.MoneyManagement.OutboundSetupIntentCreateParams.PayoutMethodData.BankAccount;

/** A bank account as Stripe writes it. */
export function bankAccountParameters(method: PayoutMethod | undefined): BankAccount {
  const data = method?.payoutMethodData;
  if (data?.case === undefined) {
    throw missingField("payout_method_data", "Write the recipient's bank account: ach, bacs or sepa.");
  }
  const read = Object.hasOwn(bankReaders, data.case)
    ? (bankReaders[data.case as BankCase] as (value: unknown) => BankAccount)
    : undefined;
  if (read) return read(data.value);
  throw invalidField("payout_method_data", `Stripe takes ach, bacs or sepa here, not ${data.case}.`);
}

type Data = PayoutMethod["payoutMethodData"];
type BankCase = "ach" | "bacs" | "sepa";
type Value<C extends BankCase> = Extract<Data, { case: C }>["value"];

const bankReaders: { readonly [C in BankCase]: (value: Value<C>) => BankAccount } = {
  ach: ({ bankAccountNumber, bankRoutingNumber, bankCountryCode }) => ({
    country: countryCode(bankCountryCode) ?? "US",
    currency: "usd",
    account_number: required("ach.bank_account_number", bankAccountNumber?.value),
    routing_number: required("ach.bank_routing_number", bankRoutingNumber?.value),
  }),
  bacs: ({ bankAccountNumber, bankSortCode, bankCountryCode }) => ({
    country: countryCode(bankCountryCode) ?? "GB",
    currency: "gbp",
    account_number: required("bacs.bank_account_number", bankAccountNumber?.value),
    routing_number: required("bacs.bank_sort_code", bankSortCode?.value),
  }),
  sepa: ({ iban, bic }) => {
    const number = required("sepa.iban", iban?.value).replaceAll(/\s/g, "").toUpperCase();
    return {
      country: number.slice(0, 2),
      currency: "eur",
      account_number: number,
      ...(bic?.value && { swift_code: bic.value }),
    };
  },
};

function required(field: string, value: string | undefined): string {
  if (value) return value;
  throw missingField(`payout_method_data.${field}`, "Write it as the bank gives it.");
}

/** The country of a bank account, as far as the request says; undefined where there is none. */
export function bankCountry(method: PayoutMethod | undefined): string | undefined {
  const data = method?.payoutMethodData;
  if (data?.case === "ach") return countryCode(data.value.bankCountryCode) ?? "US";
  if (data?.case === "bacs") return countryCode(data.value.bankCountryCode) ?? "GB";
  if (data?.case !== "sepa") return undefined;
  return countryCode(data.value.bankCountryCode) ?? data.value.iban?.value.slice(0, 2).toUpperCase();
}
