import type { Claim } from "../../connector/claim.ts";
import { type Connector, PayoutMethodKind } from "../../connector/contract.ts";
import type { LinkOptions } from "../../gen/sluice/v1/link_pb.ts";
import { CountryAlpha2 } from "../../gen/types/address_pb.ts";
import type { Messages } from "../i18n/messages/messages.ts";
import {
  accountNumber,
  bic,
  cardExpiry,
  cardNumber,
  iban,
  interacEmail,
  paypalEmail,
  pixKey,
  routingNumber,
  sortCode,
  ukAccountNumber,
  venmoPhone,
} from "./account-fields.ts";
import type { Field, Values } from "./field.ts";

/** A way of being paid: what it asks for, and what becomes of that on the wire. */
export interface Method {
  readonly name: MethodName;
  readonly kind: PayoutMethodKind;
  /** The country that its accounts are in, where there is only one: ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly fields: readonly Field[];
  /** From values that have no fault. `holder` is in whose name the account is. */
  write(values: Values, holder: string): Claim["method"];
}

/** A name in `messages.methods`, and in the URL. */
export type MethodName = keyof Messages["methods"];

const value = (text: string | undefined) => ({ value: text ?? "" });

/** Every way of being paid that the page can ask for, in the order in which they are shown. */
export const methods: readonly Method[] = [
  {
    name: "us_bank",
    kind: PayoutMethodKind.US_BANK,
    country: "US",
    fields: [routingNumber, accountNumber],
    write: (values) => ({
      payoutMethodData: {
        case: "ach",
        value: {
          bankRoutingNumber: value(values.routingNumber),
          bankAccountNumber: value(values.accountNumber),
          bankCountryCode: CountryAlpha2.US,
        },
      },
    }),
  },
  {
    name: "uk_bank",
    kind: PayoutMethodKind.UK_BANK,
    country: "GB",
    fields: [sortCode, ukAccountNumber],
    write: (values) => ({
      payoutMethodData: {
        case: "bacs",
        value: {
          bankSortCode: value(values.sortCode),
          bankAccountNumber: value(values.ukAccountNumber),
          bankCountryCode: CountryAlpha2.GB,
        },
      },
    }),
  },
  {
    name: "iban",
    kind: PayoutMethodKind.IBAN,
    fields: [iban, bic],
    write: (values, holder) => ({
      payoutMethodData: {
        case: "sepa",
        value: {
          iban: value(values.iban),
          ...(values.bic && { bic: value(values.bic) }),
          accountHolderName: value(holder),
        },
      },
    }),
  },
  {
    name: "pix",
    kind: PayoutMethodKind.PIX,
    country: "BR",
    fields: [pixKey],
    write: (values) => ({
      payoutMethodData: { case: "pixKey", value: { pixKey: value(values.pixKey) } },
    }),
  },
  {
    name: "interac",
    kind: PayoutMethodKind.INTERAC,
    country: "CA",
    fields: [interacEmail],
    write: (values) => ({
      payoutMethodData: { case: "interac", value: { email: value(values.interacEmail) } },
    }),
  },
  {
    name: "paypal",
    kind: PayoutMethodKind.PAYPAL,
    fields: [paypalEmail],
    write: (values) => ({
      payoutMethodData: { case: "paypal", value: { email: value(values.paypalEmail) } },
    }),
  },
  {
    name: "venmo",
    kind: PayoutMethodKind.VENMO,
    country: "US",
    fields: [venmoPhone],
    write: (values) => ({
      payoutMethodData: { case: "venmo", value: { telephoneNumber: value(values.venmoPhone) } },
    }),
  },
  {
    name: "card",
    kind: PayoutMethodKind.CARD,
    fields: [cardNumber, cardExpiry],
    write: (values, holder) => {
      const [month = "", year = ""] = (values.cardExpiry ?? "").split("/");
      return {
        payoutMethodData: {
          case: "card",
          value: {
            cardNumber: value(values.cardNumber),
            cardExpMonth: value(month),
            cardExpYear: value(year),
            cardHolderName: value(holder),
          },
        },
      };
    },
  },
];

/** The ways in which a link's recipient can be paid: those of the connector, as far as the caller and the operator allow them. */
export function offeredMethods(
  connector: Connector,
  options: LinkOptions,
  areCardsAllowed: boolean,
): readonly Method[] {
  const { allowedMethods } = options;
  return methods.filter(
    ({ kind }) =>
      connector.methods?.includes(kind) &&
      (allowedMethods.length === 0 || allowedMethods.includes(kind)) &&
      (kind !== PayoutMethodKind.CARD || areCardsAllowed),
  );
}
