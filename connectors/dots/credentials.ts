import { z } from "zod";
import { type Context, secret } from "../../src/connector/contract.ts";

/** The credentials inside `x-connector-config`. */
export const credentials = z.object({
  client_id: z
    .string()
    .regex(/^[\x21-\x39\x3b-\x7e]+$/, "write the client id as the Dots dashboard shows it, without a colon")
    .describe("Client id of the Dots API app that pays (dashboard, API management)."),
  api_key: secret().describe("API key that belongs to the client id."),
  app_id: z
    .string()
    .regex(/^[\w-]+$/, "write the id of a Dots app")
    .optional()
    .describe("Id of the app to act for, where one client id serves several. Sent as Api-App-Id."),
  environment: z
    .enum(["live", "test"])
    .default("live")
    .describe("Which of Dots's hosts the key belongs to: live (the default) or test, its sandbox."),
  paid_when: z
    .enum(["settled", "claimed"])
    .default("settled")
    .describe(
      "When a payout counts as SUCCESS: settled (the default), when money has left the recipient's Dots wallet for their account; claimed, as soon as it is in that wallet.",
    ),
});

/** Credentials after validation. */
export type DotsCredentials = z.output<typeof credentials>;

/** The context of this connector's operations. */
export type DotsContext = Context<DotsCredentials>;

/** Headers that authenticate a request. */
export function authorize({ client_id, api_key, app_id }: DotsCredentials): Record<string, string> {
  const pair = Buffer.from(`${client_id}:${api_key.reveal()}`).toString("base64");
  return { authorization: `Basic ${pair}`, ...(app_id && { "api-app-id": app_id }) };
}
