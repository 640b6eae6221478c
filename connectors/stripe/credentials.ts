import { z } from "zod";
import { type Context, secret } from "../../src/connector/contract.ts";

/** What a caller writes inside `x-connector-config`. */
export const credentials = z.object({
  api_key: secret().describe(
    "Secret or restricted key of the Stripe account that pays: sk_test_…, rk_live_… (Dashboard, Developers, API keys).",
  ),
  financial_account: z
    .string()
    .regex(/^fa_\w+$/, "write the id of a Stripe financial account, fa_…")
    .optional()
    .describe(
      "Id of the financial account that payments are made from, fa_… (Dashboard, Balances). Needed to pay with Global Payouts.",
    ),
  account_model: z
    .enum(["global_payouts", "connect"])
    .default("global_payouts")
    .describe(
      "global_payouts (the default) pays recipients with outbound payments; connect pays connected accounts with transfers and payouts.",
    ),
});

/** Credentials as they are read. */
export type StripeCredentials = z.output<typeof credentials>;

/** What this connector's operations get. */
export type StripeContext = Context<StripeCredentials>;
