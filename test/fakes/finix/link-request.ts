import { z } from "zod";
import { invalidFields } from "./finix-error.ts";

const url = z.url({ protocol: /^https?$/ });
const color = z.string().regex(/^#[0-9A-Fa-f]{6}$/);
const currency = z.string().regex(/^[A-Z]{3}$/);
const amount = z.int().nonnegative();
const text = z.string().min(1).nullish();

const tags = z
  .record(
    z.string().min(1).max(40, "at most 40 characters"),
    z.union([z.string().max(500, "at most 500 characters"), z.boolean()]),
  )
  .refine((entries) => Object.keys(entries).length <= 50, "at most 50 pairs");

const operations = z.array(z.enum(["PUSH_TO_ACH", "PUSH_TO_CARD"])).min(1);

const recipient = z.strictObject({
  first_name: text,
  last_name: text,
  email: z.email().nullish(),
  business_name: text,
  doing_business_as: text,
  merchant_id: z.string().regex(/^MU/).nullish(),
});

const item = z.strictObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  // Finix's own example has a text where its reply has a number.
  quantity: z.union([z.int().positive(), z.string().regex(/^[1-9]\d*$/)]).nullish(),
  image_details: z
    .strictObject({ primary_image_url: url, alternative_image_urls: z.array(url).nullish() })
    .nullish(),
  price_details: z.strictObject({ amount, currency }).nullish(),
});

/** The body of `POST /payout_links`. */
export const newLink = z.strictObject({
  amount_details: z.strictObject({ total_amount: z.int().positive(), currency }),
  additional_details: z.strictObject({
    terms_of_service_url: url,
    expiration_in_minutes: z.int().positive().nullish(),
    success_return_url: url.nullish(),
    unsuccessful_return_url: url.nullish(),
    expired_session_url: url.nullish(),
  }),
  allowed_payout_operations: operations,
  items: z.array(item).nullish(),
  branding: z
    .strictObject({
      brand_color: color.nullish(),
      accent_color: color.nullish(),
      button_font_color: color.nullish(),
      logo: url.nullish(),
      icon: z.union([url, z.literal("")]).nullish(),
      logo_alternative_text: z.string().nullish(),
    })
    .nullish(),
  nickname: z.string().min(1).nullish(),
  recipient_details: recipient.nullish(),
  tags: tags.nullish(),
});

/** The body of `PUT /payout_links/{id}`. */
export const linkUpdate = z.strictObject({
  allowed_payout_operations: operations.optional(),
  recipient_details: recipient.optional(),
  nickname: z.string().min(1).optional(),
  state: z.enum(["ACTIVE", "AWAITING_PAYOUT", "EXPIRED", "COMPLETED", "DEACTIVATED"]).optional(),
  tags: tags.nullish(),
});

const address = z.strictObject({
  line1: z.string().min(1),
  line2: text,
  city: z.string().min(1),
  region: z.string().min(1),
  postal_code: z.string().min(1),
  country: z.literal("USA"),
});

const person = {
  first_name: z.string().min(1),
  last_name: z.string().min(1),
  personal_address: address,
  email: z.email().nullish(),
  phone: text,
};

const roles = z.tuple([z.literal("RECIPIENT")]);

/** The body of `POST /identities`, for recipients. */
export const newIdentity = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("PERSONAL"),
    identity_roles: roles,
    entity: z.strictObject(person),
    tags: tags.nullish(),
  }),
  z.strictObject({
    type: z.literal("BUSINESS"),
    identity_roles: roles,
    entity: z.strictObject({
      ...person,
      business_name: z.string().min(1),
      doing_business_as: z.string().min(1),
      business_address: address,
      business_phone: text,
    }),
    tags: tags.nullish(),
  }),
]);

/** Checks a body. @throws FinixError 422 naming every field that is wrong, unknown ones too. */
export function check<T>(shape: z.ZodType<T>, body: unknown): T {
  const read = shape.safeParse(body);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
  throw invalidFields(...faults);
}
