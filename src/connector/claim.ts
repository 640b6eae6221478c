import type { MessageInitShape } from "@bufbuild/protobuf";
import type { PayoutMethodKind } from "../gen/sluice/v1/link_pb.ts";
import type { PayoutMethodSchema } from "../gen/types/payout_method_pb.ts";

/**
 * What a recipient gave on our page, checked. It goes straight to the connector: account and card numbers are stored
 * nowhere, and nothing of it is logged.
 */
export interface Claim {
  /** Which giving of details of this link it is, from 1: a payment that failed asks for them again. */
  readonly entry: number;
  readonly recipient: Recipient;
  readonly methodKind: PayoutMethodKind;
  /** The account, wallet or card, as the wire has it. */
  readonly method: MessageInitShape<typeof PayoutMethodSchema>;
}

/** Who is paid. */
export type Recipient = PersonalRecipient | BusinessRecipient;

/** A person. */
export interface PersonalRecipient extends Person {
  readonly kind: "personal";
  readonly address: PostalAddress;
}

/** A business, and the person who answers for it. */
export interface BusinessRecipient {
  readonly kind: "business";
  readonly businessName: string;
  readonly doingBusinessAs: string | undefined;
  readonly controlOwner: Person;
  readonly address: PostalAddress;
}

/** A name, and how to reach its bearer. */
export interface Person {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string | undefined;
}

/** Where somebody lives or a business sits. */
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
