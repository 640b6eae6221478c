import { create } from "@bufbuild/protobuf";
import type { Claim, Person, Recipient } from "../../connector/contract.ts";
import type { Payout } from "../../core/payout.ts";
import { Fulfilment, type LinkOptions } from "../../gen/sluice/v1/link_pb.ts";
import { AddressSchema, CountryAlpha2, PayoutAddressSchema } from "../../gen/types/address_pb.ts";
import { CustomerSchema } from "../../gen/types/customer_pb.ts";
import { Currency, MoneySchema } from "../../gen/types/money_pb.ts";
import { PayoutMethodSchema } from "../../gen/types/payout_method_pb.ts";
import {
  PayoutServiceEnrollDisburseAccountRequestSchema,
  PayoutServiceTransferRequestSchema,
} from "../../gen/types/payout_pb.ts";
import type { Command } from "../execute/command.ts";
import type { PayoutRequest } from "../request/payout-request.ts";

/**
 * What a claim asks of the connector: to pay what the recipient gave, or to register it where the caller pays by Transfer.
 * The request says what the wire can say; the rest is in the context's claim.
 */
export function claimRequest(
  payout: Payout,
  claim: Claim,
  options: LinkOptions,
): Pick<Command, "operation" | "request"> {
  const { description } = options;
  const { merchantPayoutId } = payout;
  const shared = {
    ...(merchantPayoutId !== undefined && { merchantPayoutId }),
    amount: amountOf(payout),
    customer: customerOf(claim.recipient),
    address: addressOf(claim.recipient),
    payoutMethodData: create(PayoutMethodSchema, claim.method),
  };
  if (options.fulfilment === Fulfilment.MANUAL) {
    const request = create(PayoutServiceEnrollDisburseAccountRequestSchema, shared);
    return { operation: "enrollDisburseAccount", request: request as PayoutRequest };
  }
  const request = create(PayoutServiceTransferRequestSchema, {
    ...shared,
    destinationCurrency: currencyOf(payout.destinationCurrency),
    ...(description !== undefined && { description }),
  });
  return { operation: "transfer", request: request as PayoutRequest };
}

/** The amount of a payout, as the wire has it. */
export function amountOf({ amountMinor, currency }: Payout) {
  return create(MoneySchema, { minorAmount: amountMinor ?? 0n, currency: currencyOf(currency) });
}

/** A currency's number on the wire; 0 where there is none. */
export function currencyOf(code: string | undefined): Currency {
  return Currency[(code ?? "") as keyof typeof Currency] ?? Currency.CURRENCY_UNSPECIFIED;
}

function personOf(recipient: Recipient): Person {
  return recipient.kind === "personal" ? recipient : recipient.controlOwner;
}

function customerOf(recipient: Recipient) {
  const { firstName, lastName, email } = personOf(recipient);
  const contact = email === undefined ? {} : { email: { value: email } };
  return recipient.kind === "business"
    ? create(CustomerSchema, { name: recipient.businessName, ...contact })
    : create(CustomerSchema, { name: `${firstName} ${lastName}`, firstName, lastName, ...contact });
}

function addressOf(recipient: Recipient) {
  const { line1, line2, city, region, postalCode, country } = recipient.address;
  const { firstName, lastName } = personOf(recipient);
  const texts = { firstName, lastName, line1, line2, city, state: region, zipCode: postalCode };
  const given = Object.entries(texts).filter(([, value]) => value !== undefined);
  return create(PayoutAddressSchema, {
    billingAddress: create(AddressSchema, {
      ...Object.fromEntries(given.map(([name, value]) => [name, { value }])),
      countryAlpha2Code: CountryAlpha2[country as keyof typeof CountryAlpha2] ?? 0,
    }),
  });
}
