import { z } from "zod";

const text = z.string().nullish();
const flag = z.boolean().nullish();
const metadata = z.record(z.string(), text).nullish();
const capability = z.object({ status: text }).nullish();
const amount = z.object({ value: z.number().nullish(), currency: text }).nullish();

/** v2 account: a recipient. */
export const account = z.object({
  id: z.string(),
  closed: flag,
  metadata,
  configuration: z
    .object({
      recipient: z
        .object({
          applied: flag,
          capabilities: z
            .object({ bank_accounts: z.record(z.string(), capability).nullish(), cards: capability })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
  defaults: z.object({ payout_methods: z.record(z.string(), text).nullish() }).nullish(),
  requirements: z
    .object({ entries: z.array(z.object({ awaiting_action_from: text }).nullish()).nullish() })
    .nullish(),
});

/** v2 or v1 account, where only its id matters. */
export const reference = z.object({ id: z.string() });

/** v2 or v1 account link. */
export const accountLink = z.object({ url: z.string() });

const reason = z.object({ reason: text }).nullish();

/** v2 outbound payment. */
export const payment = z.object({
  id: z.string(),
  status: z.string(),
  status_details: z.object({ failed: reason, returned: reason }).nullish(),
  to: z.object({ recipient: text }).nullish(),
  metadata,
});

/** v2 outbound payment, where only who is paid matters. */
export const paymentTarget = payment.pick({ to: true });

/** v2 payout intent. */
export const intent = z.object({
  id: z.string(),
  status: z.string(),
  amount,
  next_action: z
    .object({ type: text, handle_failure: z.object({ failure_reason: text }).nullish() })
    .nullish(),
});

/** v2 outbound setup intent. */
export const setupIntent = z.object({ id: z.string(), status: z.string() });

/** v2 bank account specs. */
export const bankAccountSpec = z.object({ countries: z.record(z.string(), z.unknown()).nullish() });

/** v1 connected account. */
export const connectedAccount = z.object({
  id: z.string(),
  metadata,
  capabilities: z.object({ transfers: text }).nullish(),
  payouts_enabled: flag,
  requirements: z.object({ currently_due: z.array(z.string()).nullish(), disabled_reason: text }).nullish(),
});

/** v1 transfer. */
export const transfer = z.object({
  id: z.string(),
  reversed: flag,
  destination: text,
  transfer_group: text,
  metadata,
});

/** v1 payout. */
export const payout = z.object({
  id: z.string(),
  status: z.string(),
  failure_code: text,
  failure_message: text,
  reversed_by: z.union([z.string(), z.object({})]).nullish(),
  metadata,
});

/** One page of a v2 list, with the address of the next. */
export const page = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), next_page_url: text });

/** One page of a v1 list. */
export const list = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), has_more: flag });

export type Account = z.output<typeof account>;
export type Payment = z.output<typeof payment>;
export type Intent = z.output<typeof intent>;
export type ConnectedAccount = z.output<typeof connectedAccount>;
export type Transfer = z.output<typeof transfer>;
export type Payout = z.output<typeof payout>;
