import type { Request } from "../../src/connector/contract.ts";
import { unsupported } from "./link-look.ts";

/**
 * `recipient_details`: what is known of the recipient, filled in for them. Nothing where nothing is known.
 *
 * @throws Failure UNSUPPORTED_OPTION for a phone number or country, which Finix asks the recipient for.
 */
export function recipientDetails({ linkOptions, customer }: Request<"createLink">): {
  readonly recipient_details?: object;
} {
  const known = linkOptions?.recipient;
  if (known?.phoneNumber !== undefined) throw unsupported("recipient.phone_number");
  if (known?.country !== undefined) throw unsupported("recipient.country");
  const details = {
    first_name: known?.firstName ?? customer?.firstName,
    last_name: known?.lastName ?? customer?.lastName,
    email: known?.email ?? customer?.email?.value,
    business_name: known?.businessName,
    doing_business_as: known?.doingBusinessAs,
    merchant_id: known?.connectorRecipientId,
  };
  const given = Object.entries(details).filter(([, value]) => value);
  return given.length > 0 ? { recipient_details: Object.fromEntries(given) } : {};
}
