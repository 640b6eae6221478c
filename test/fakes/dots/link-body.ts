import { z } from "zod";
import { invalidInput, Refused } from "./refusal.ts";

const text = z.string().nullish();

/** The body of `POST /v2/payout-links`, as Dots's reference has it. Nothing else may be in it. */
const shape = z.strictObject({
  amount: z.int().positive(),
  user_id: z.uuid().nullish(),
  payee: z
    .strictObject({
      first_name: text,
      last_name: text,
      email: z.email().nullish(),
      country_code: z
        .string()
        .regex(/^\d{1,3}$/)
        .nullish(),
      phone_number: z
        .string()
        .regex(/^\d{4,14}$/)
        .nullish(),
    })
    .nullish(),
  delivery: z
    .strictObject({ method: z.enum(["sms", "link", "email", "all"]).default("link"), message: text })
    .prefault({}),
  force_collect_compliance_information: z.boolean().default(false),
  tax_exempt: z.boolean().default(false),
  metadata: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  memo: text,
  idempotency_key: z.uuid().nullish(),
  payout_fee_party: z.enum(["user", "platform"]).nullish(),
  additional_steps: z
    .array(
      z.enum([
        "compliance",
        "id-verification",
        "background-check",
        "manage-payments",
        "manage-payouts",
        "payout",
        "redirect",
      ]),
    )
    .nullish(),
  accounting_data: z
    .strictObject({ quickbooks_account_id: z.int().nullish(), quickbooks_class_id: z.int().nullish() })
    .nullish(),
});

/** The fields of a new link. */
export type LinkBody = z.output<typeof shape>;

/** Checks a body. @throws Refused */
export function readLinkBody(body: string): LinkBody {
  const read = shape.safeParse(parse(body));
  if (!read.success) throw invalidInput(z.prettifyError(read.error));
  const { delivery, payee, user_id: userId } = read.data;
  const reachable = {
    link: true,
    email: payee?.email,
    sms: payee?.phone_number,
    all: payee?.email ?? payee?.phone_number,
  };
  if (!userId && !reachable[delivery.method])
    throw new Refused(400, "user-info-missing-contact", "The user is missing contact information.");
  return read.data;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalidInput("the body is not JSON");
  }
}
