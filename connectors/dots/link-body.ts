import {
  currencyCode,
  invalidField,
  missingField,
  type Request,
  safeMinorAmount,
} from "../../src/connector/contract.ts";
import {
  type AccountingData,
  DeliveryMethod,
  FeeParty,
  type LinkDelivery,
  LinkStep,
} from "../../src/gen/sluice/v1/link_pb.ts";
import type { DotsContext } from "./credentials.ts";
import { idempotencyUuid } from "./idempotency-uuid.ts";
import { type PayeeFields, payeeFields } from "./payee.ts";

/** The body of `POST /v2/payout-links`. */
export interface LinkBody extends PayeeFields {
  /** US cents. */
  readonly amount: number;
  readonly idempotency_key: string;
  readonly delivery: { readonly method: string; readonly message?: string };
  readonly [field: string]: unknown;
}

/**
 * A link as Dots makes it.
 *
 * @throws Failure that names the field and says what to write.
 */
export function linkBody(request: Request<"createLink">, context: DotsContext): LinkBody {
  const { linkOptions: options, description } = request;
  const who = payeeFields(request);
  return {
    amount: centsOf(request),
    ...who,
    delivery: deliveryOf(options?.delivery, who),
    force_collect_compliance_information: options?.collectTaxForm,
    tax_exempt: options?.taxExempt,
    memo: options?.memo ?? description,
    metadata: {
      merchant_payout_id: context.payout?.merchantPayoutId,
      sluice_payout_id: context.payout?.id,
      ...options?.metadata,
    },
    payout_fee_party: feeParties[options?.feeParty ?? 0],
    additional_steps: options?.steps.length ? options.steps.map(stepName) : undefined,
    accounting_data: options?.accounting && accountingOf(options.accounting),
    idempotency_key: idempotencyUuid(context.idempotencyKey),
  };
}

function centsOf({ amount }: Request<"createLink">): number {
  if (!amount) throw missingField("amount", "Write minor_amount and currency, such as 1000 and USD.");
  if (currencyCode(amount.currency) !== "USD")
    throw invalidField("amount.currency", "Write USD: Dots pays in US dollars only.");
  return safeMinorAmount(amount.minorAmount);
}

/** Dots is always told how the link is delivered, so that it never sends one that the caller passes on. */
function deliveryOf(
  delivery: LinkDelivery | undefined,
  { user_id, payee }: PayeeFields,
): LinkBody["delivery"] {
  const method = delivery?.method || DeliveryMethod.LINK;
  const { name, needs } = deliveries[method] ?? {};
  if (!name) throw invalidField("link_options.delivery.method", "Write LINK, EMAIL, SMS or ALL.");
  if (!user_id && needs?.length && !needs.some((field) => payee?.[field])) {
    const fields = needs.map((field) => `link_options.recipient.${field}`).join(" or ");
    throw missingField(fields, "Dots cannot deliver the link without it.");
  }
  return { method: name, ...(delivery?.message !== undefined && { message: delivery.message }) };
}

/** Ways of delivery, and what of the recipient each needs: one of the fields. */
const deliveries: Readonly<
  Record<number, { readonly name: string; readonly needs: readonly ("email" | "phone_number")[] }>
> = {
  [DeliveryMethod.LINK]: { name: "link", needs: [] },
  [DeliveryMethod.EMAIL]: { name: "email", needs: ["email"] },
  [DeliveryMethod.SMS]: { name: "sms", needs: ["phone_number"] },
  [DeliveryMethod.ALL]: { name: "all", needs: ["email", "phone_number"] },
};

const feeParties: Readonly<Record<number, string>> = {
  [FeeParty.SENDER]: "platform",
  [FeeParty.RECIPIENT]: "user",
};

const steps: Readonly<Record<number, string>> = {
  [LinkStep.COMPLIANCE]: "compliance",
  [LinkStep.ID_VERIFICATION]: "id-verification",
  [LinkStep.BACKGROUND_CHECK]: "background-check",
  [LinkStep.MANAGE_PAYMENTS]: "manage-payments",
  [LinkStep.MANAGE_PAYOUTS]: "manage-payouts",
  [LinkStep.PAYOUT]: "payout",
  [LinkStep.REDIRECT]: "redirect",
};

function stepName(step: LinkStep): string {
  const name = steps[step];
  if (name) return name;
  throw invalidField("link_options.steps", "Write steps by their names, such as LINK_STEP_COMPLIANCE.");
}

function accountingOf({ accountId, classId }: AccountingData): object {
  return {
    quickbooks_account_id: quickBooksId("account_id", accountId),
    quickbooks_class_id: quickBooksId("class_id", classId),
  };
}

function quickBooksId(field: string, id: string | undefined): number | undefined {
  if (id === undefined) return undefined;
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw invalidField(`link_options.accounting.${field}`, "Write the number that QuickBooks gives it.");
}
