import { z } from "zod";
import { type Context, secret } from "../../src/connector/contract.ts";

/** The credentials inside `x-connector-config`. */
export const credentials = z.object({
  username: z
    .string()
    .regex(/^[^:\s]+$/, "write the username of an API key, US…")
    .describe("Username of the API key that pays, US… (Finix Dashboard, Developer, API Keys)."),
  password: secret().describe("Password of the same API key."),
  environment: z
    .enum(["live", "test"])
    .default("live")
    .describe("live (the default) or test for Finix's sandbox, whichever the key belongs to."),
});

/** Credentials after validation. */
export type FinixCredentials = z.output<typeof credentials>;

/** The context of this connector's operations. */
export type FinixContext = Context<FinixCredentials>;

/** The header of HTTP Basic authentication. */
export function authorize({ username, password }: FinixCredentials): Readonly<Record<string, string>> {
  const pair = Buffer.from(`${username}:${password.reveal()}`);
  return { authorization: `Basic ${pair.toString("base64")}` };
}
