import type { Claim } from "../../connector/claim.ts";
import { RecipientKind } from "../../gen/sluice/v1/link_pb.ts";
import type { PageContext } from "../page-context.ts";
import { countryCodes } from "./countries.ts";
import { claimCode, type Faults, type Field, readFields, type Values } from "./field.ts";
import type { PostedForm } from "./form.ts";
import { hiddenFields } from "./form.ts";
import type { Method } from "./methods.ts";
import {
  type FieldGroup,
  holderOf,
  type RecipientKindName,
  readRecipient,
  recipientGroups,
  recipientKinds,
} from "./recipient-fields.ts";

/** The form for details, as it is asked of a recipient. */
export interface ClaimForm {
  readonly kind: RecipientKindName;
  readonly kinds: readonly RecipientKindName[];
  readonly method: Method;
  readonly groups: readonly FieldGroup[];
  /** Asked for where the sender has set one. */
  readonly code: Field | undefined;
  /** Which giving of details it is. */
  readonly entry: number;
  /** What is filled in already. */
  readonly values: Values;
}

/** The form for a context: as the URL chooses among what the link allows. Undefined where there is no way of being paid. */
export function claimForm(context: PageContext, posted?: PostedForm): ClaimForm | undefined {
  const { options, offered, query, pageState, connector } = context;
  const kinds = allowedKinds[options.recipientKind] ?? recipientKinds;
  const kind = kinds.find((name) => name === query.kind) ?? (kinds[0] as RecipientKindName);
  const method = offered.find(({ name }) => name === query.method) ?? offered[0];
  if (!method) return undefined;
  const { claimRound: entry } = context.record.payout.link;
  const values = posted ?? prefill(context, method);
  return {
    kind,
    kinds,
    method,
    groups: recipientGroups(kind, values.country, connector.countries),
    code: options.claimCode ? claimCode : undefined,
    entry: Number(posted?.[hiddenFields.entry] ?? (pageState === "failedOpen" ? entry + 1 : entry)),
    values,
  };
}

const allowedKinds: Readonly<Partial<Record<RecipientKind, readonly RecipientKindName[]>>> = {
  [RecipientKind.PERSONAL]: ["personal"],
  [RecipientKind.BUSINESS]: ["business"],
};

/**
 * What the caller has said of the recipient, and the country that goes without saying. Where a code is asked for, whoever has
 * only the link is told nothing of the recipient.
 */
function prefill({ options, query, locale, connector }: PageContext, method: Method): Values {
  const recipient = options.claimCode ? undefined : options.recipient;
  const { firstName, lastName, email, country, businessName, doingBusinessAs, phoneNumber } = recipient ?? {};
  const countries = [
    query.country,
    country?.toUpperCase(),
    method.country,
    new Intl.Locale(locale.tag).region,
  ];
  const known = {
    firstName,
    lastName,
    email,
    businessName,
    doingBusinessAs,
    country: countries.find((code) => code && (connector.countries ?? countryCodes).includes(code)),
    venmoPhone: phoneNumber,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value));
}

/** What a form that was sent says: the claim, or what is wrong. A code is given back, since it is not part of the claim. */
export type ClaimReading =
  | { readonly claim: Claim; readonly code: string }
  | { readonly claim: undefined; readonly faults: Faults };

/** Reads a form that was sent. */
export function readClaim(form: ClaimForm): ClaimReading {
  const { kind, method, entry, code } = form;
  const fields = [...method.fields, ...form.groups.flatMap((group) => group.fields), ...(code ? [code] : [])];
  const { values, faults } = readFields(fields, form.values);
  if (Object.keys(faults).length > 0) return { claim: undefined, faults };
  const recipient = readRecipient(kind, values);
  return {
    claim: {
      entry,
      recipient,
      methodKind: method.kind,
      method: method.write(values, holderOf(recipient)),
    },
    code: values.claimCode ?? "",
  };
}
