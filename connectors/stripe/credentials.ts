import { z } from "zod";
import { type Context, secret } from "../../src/connector/contract.ts";

/** The credentials inside `x-connector-config`. */
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

/** Credentials after validation. */
export type StripeCredentials = z.output<typeof credentials>;

/** The context of this connector's operations. */
export type StripeContext = Context<StripeCredentials>;
