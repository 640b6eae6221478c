import { z } from "zod";
import { type Context, secret } from "../../src/connector/contract.ts";

/** The highest amount of a link unless the caller sets another: a thousand dollars, in cents. */
const DEFAULT_MAX_AMOUNT = 100_000;

/** The credentials inside `x-connector-config`. */
export const credentials = z.object({
  api_key: secret()
    .refine((key) => form.test(key.reveal()), "write a secret key: sk_test_…, sk_sandbox_… or sk_live_…")
    .describe("Secret key with Treasury enabled, from Easy Labs' dashboard: sk_test_… or sk_live_…."),
  max_amount_minor: z.coerce
    .number()
    .int("write a whole number of cents")
    .positive("write a number above zero")
    .default(DEFAULT_MAX_AMOUNT)
    .describe(
      "The most that one link may be of, in cents; 100000 (1,000 dollars) if absent. Easy Labs asks for no approval when a link is claimed, so this is the only brake.",
    ),
});

const form = /^sk_(test|sandbox|live)_[\x21-\x7e]+$/;

/** Credentials as they are read. */
export type EasyLabsCredentials = z.output<typeof credentials>;

/** The context of this connector's operations. */
export type EasyLabsContext = Context<EasyLabsCredentials>;

/** The host that a key belongs to. Only live keys move money, so every other key is kept away from the live host. */
export function environmentOf({ api_key }: EasyLabsCredentials): "live" | "test" {
  return api_key.reveal().startsWith("sk_live_") ? "live" : "test";
}
