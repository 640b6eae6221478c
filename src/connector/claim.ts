import type { MessageInitShape } from "@bufbuild/protobuf";
import type { PayoutMethodKind } from "../gen/sluice/v1/link_pb.ts";
import type { PayoutMethodSchema } from "../gen/types/payout_method_pb.ts";

/**
 * A recipient's details from our page, validated. They go straight to the connector: account and card numbers are stored
 * nowhere, and nothing of it is logged.
 */
export interface Claim {
  /** The claim round of this link, from 1: after a failed payment the recipient claims again. */
  readonly entry: number;
  readonly recipient: Recipient;
  readonly methodKind: PayoutMethodKind;
  /** The account, wallet or card, as the wire has it. */
  readonly method: MessageInitShape<typeof PayoutMethodSchema>;
}

/** The recipient of a payment. */
export type Recipient = PersonalRecipient | BusinessRecipient;

/** A person. */
export interface PersonalRecipient extends Person {
  readonly kind: "personal";
  readonly address: PostalAddress;
}

/** A business, and its control owner. */
export interface BusinessRecipient {
  readonly kind: "business";
  readonly businessName: string;
  readonly doingBusinessAs: string | undefined;
  readonly controlOwner: Person;
  readonly address: PostalAddress;
}

/** A person's name and e-mail address. */
export interface Person {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string | undefined;
}

/** The address of a person or a business. */
export interface PostalAddress {
  readonly line1: string;
  readonly line2: string | undefined;
  readonly city: string;
  /** State, province or region, where the country has them. */
  readonly region: string | undefined;
  readonly postalCode: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}
