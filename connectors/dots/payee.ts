import { Failure, invalidField, type Request } from "../../src/connector/contract.ts";
import type { RecipientPrefill } from "../../src/gen/sluice/v1/link_pb.ts";
import { type Phone, readPhone } from "./phone.ts";

/** The payee as a link's body names them: a user of Dots, or the details that the caller has. */
export interface PayeeFields {
  readonly user_id?: string;
  readonly payee?: Payee;
}

/** A payee who need not be a user of Dots. */
export interface Payee extends Partial<Phone> {
  readonly first_name?: string | undefined;
  readonly last_name?: string | undefined;
  readonly email?: string | undefined;
}

/**
 * Reads who is paid: what link_options say first, then the customer.
 *
 * @throws Failure UNSUPPORTED_OPTION for what Dots has no field for, INVALID_DATA_FORMAT.
 */
export function payeeFields({ customer, linkOptions }: Request<"createLink">): PayeeFields {
  const prefill = linkOptions?.recipient;
  if (prefill) refuseUnknownFields(prefill);
  const userId = prefill?.connectorRecipientId || customer?.connectorCustomerId;
  if (userId) return { user_id: userId };
  const payee: Payee = {
    first_name: prefill?.firstName || customer?.firstName || undefined,
    last_name: prefill?.lastName || customer?.lastName || undefined,
    email: prefill?.email || customer?.email?.value || undefined,
    ...phoneOf(prefill, customer),
  };
  return Object.values(payee).some(Boolean) ? { payee } : {};
}

function phoneOf(
  prefill: RecipientPrefill | undefined,
  customer: Request<"createLink">["customer"],
): Phone | undefined {
  if (prefill?.phoneNumber) return readPhone("link_options.recipient.phone_number", prefill.phoneNumber);
  const number = customer?.phoneNumber?.value;
  return number ? readPhone("customer.phone_number", number, customer.phoneCountryCode) : undefined;
}

/** Refuses fields that Dots lacks, so that none is dropped silently. */
function refuseUnknownFields(prefill: RecipientPrefill): void {
  const { connectorRecipientId, firstName, lastName, email, phoneNumber } = prefill;
  const unknown = Object.entries({
    country: prefill.country,
    business_name: prefill.businessName,
    doing_business_as: prefill.doingBusinessAs,
  }).find(([, value]) => value);
  if (unknown) {
    const field = `link_options.recipient.${unknown[0]}`;
    throw new Failure("UNSUPPORTED_OPTION", `dots does not support ${field}: Dots has no field for it.`, {
      field,
    });
  }
  if (connectorRecipientId && [firstName, lastName, email, phoneNumber].some(Boolean)) {
    throw invalidField(
      "link_options.recipient",
      "Write either connector_recipient_id or name, email and phone_number: Dots knows a user's already.",
    );
  }
}
