import {
  invalidField,
  missingField,
  PayoutStatus,
  type Reply,
  type Request,
} from "../../src/connector/contract.ts";
import { type Address, CountryAlpha2 } from "../../src/gen/types/address_pb.ts";
import { PayoutEnums_PayoutRecipientType as RecipientType } from "../../src/gen/types/payout_pb.ts";
import { callFinix } from "./client.ts";
import type { FinixContext } from "./credentials.ts";
import * as shapes from "./shapes.ts";
import { tagsFor } from "./tags.ts";

/** Registers a recipient: an identity with the role RECIPIENT. */
export async function createRecipient(
  request: Request<"createRecipient">,
  context: FinixContext,
): Promise<Reply<"createRecipient">> {
  const json = identityBody(request, context);
  const { id } = await callFinix(context, { method: "POST", path: "/identities", json }, shapes.identity);
  return recipientReply(id);
}

/** Whether an id is a recipient's: ids of links begin with `payout_link_`. */
export function isRecipient(id: string): boolean {
  return id.startsWith("ID");
}

/** The reply of Get for a recipient. Identities have no state of their own. */
export async function getRecipient(id: string, context: FinixContext): Promise<Reply<"get">> {
  const path = `/identities/${encodeURIComponent(id)}`;
  const identity = await callFinix(context, { method: "GET", path }, shapes.identity);
  return recipientReply(identity.id);
}

/** The reply of Void for a recipient: no payment is in progress, and identities cannot be removed. */
export function cancelledRecipient(id: string): Reply<"void"> {
  return { connectorPayoutId: id, payoutStatus: PayoutStatus.CANCELLED };
}

/** The status of a recipient, who can be paid only when an account or card has been added. */
export function recipientReply(id: string) {
  return { connectorPayoutId: id, payoutStatus: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
}

type CreateRecipient = Request<"createRecipient">;

/** Recipient types that are people. Every other type is a business. */
const people: ReadonlySet<RecipientType> = new Set([
  RecipientType.INDIVIDUAL,
  RecipientType.NATURAL_PERSON,
  RecipientType.PERSONAL,
]);

/**
 * The body of `POST /identities`.
 *
 * @throws Failure for a field that Finix requires and the request lacks, saying what to write.
 */
function identityBody(request: CreateRecipient, context: FinixContext): object {
  const isPerson = people.has(request.recipientType);
  return {
    identity_roles: ["RECIPIENT"],
    type: isPerson ? "PERSONAL" : "BUSINESS",
    entity: { ...contact(request), ...(isPerson ? personal(request) : business(request)) },
    tags: tagsFor(context, request.merchantPayoutId),
  };
}

function personal({ address }: CreateRecipient) {
  return { personal_address: postalAddress("address.billing_address", address?.billingAddress) };
}

/** For a business, Finix requires its address and that of its control owner. */
function business({ address, customer }: CreateRecipient) {
  const name = customer?.name;
  if (!name) throw missingField("customer.name", "Write the legal name of the business.");
  return {
    business_name: name,
    // Finix requires the legal name here too if the business has no other name.
    doing_business_as: name,
    business_address: postalAddress("address.billing_address", address?.billingAddress),
    personal_address: postalAddress("address.shipping_address", address?.shippingAddress),
  };
}

function contact({ customer }: CreateRecipient) {
  if (!customer?.firstName) throw missingField("customer.first_name", whose);
  if (!customer.lastName) throw missingField("customer.last_name", whose);
  return {
    first_name: customer.firstName,
    last_name: customer.lastName,
    ...(customer.email?.value && { email: customer.email.value }),
    ...(customer.phoneNumber?.value && { phone: customer.phoneNumber.value }),
  };
}

const whose = "Write that of the recipient, or of who answers for the business.";

function postalAddress(field: string, address: Address | undefined) {
  if (!address)
    throw missingField(
      field,
      "Finix requires where people live, and for businesses both addresses: the business in billing_address, who answers for it in shipping_address.",
    );
  if (address.countryAlpha2Code !== CountryAlpha2.US)
    throw invalidField(
      `${field}.country_alpha2_code`,
      "Finix pays recipients in the United States: write US.",
    );
  return {
    line1: required(`${field}.line1`, address.line1?.value),
    ...(address.line2?.value && { line2: address.line2.value }),
    city: required(`${field}.city`, address.city?.value),
    region: required(`${field}.state`, address.state?.value),
    postal_code: required(`${field}.zip_code`, address.zipCode?.value),
    country: "USA",
  };
}

function required(field: string, value: string | undefined): string {
  if (value) return value;
  throw missingField(field, "Finix requires a whole address.");
}
