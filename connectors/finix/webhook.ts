import { z } from "zod";
import {
  hmacSha256,
  isSameSignature,
  type Secret,
  type Webhook,
  type WebhookRequest,
} from "../../src/connector/contract.ts";

const event = z.object({
  id: z.string().nullish(),
  entity: z.string().nullish(),
  type: z.string().nullish(),
  _embedded: z.object({ payout_links: z.array(z.object({ id: z.string() })).nullish() }).nullish(),
});

/** What Finix calls links in its events. */
const ENTITY = "payout_link";

/**
 * Finix's webhooks, authenticated as they are set up in its dashboard: BASIC, with `username:password` as the secret, or
 * BEARER, with the token. That proves who sent them and nothing about the body, which therefore only says where to look.
 */
export const webhook: Webhook = {
  proves: "sender",
  verify(request, secrets) {
    const [given, ...more] = request.header("authorization");
    if (given === undefined || more.length > 0) return false;
    return secrets.some((secret) => isFrom(given, secret));
  },
  read(request) {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(request.body);
    // Finix sends this when a webhook is set up, to test the endpoint.
    if (text.trim() === "") return undefined;
    const told = event.parse(JSON.parse(text));
    if (told.entity !== ENTITY || !told.type) return undefined;
    const connectorPayoutIds = (told._embedded?.payout_links ?? []).map(({ id }) => id);
    if (connectorPayoutIds.length === 0) return undefined;
    return { id: told.id || digest(request), type: `${ENTITY}.${told.type}`, connectorPayoutIds };
  },
};

/** Compared as hashes, so that not even the length of a secret shows in the time it takes. */
function isFrom(given: string, secret: Secret): boolean {
  const value = secret.reveal();
  const [scheme = "", ...rest] = given.split(" ");
  const expected = expectedBy.get(scheme.toLowerCase())?.(value);
  if (!expected) return false;
  return isSameSignature(hmacSha256(value, expected), hmacSha256(value, rest.join(" ")));
}

const expectedBy: ReadonlyMap<string, (secret: string) => string> = new Map([
  ["basic", (secret) => Buffer.from(secret).toString("base64")],
  ["bearer", (secret) => secret],
]);

/** An event without an id is known by its bytes. */
function digest({ body }: WebhookRequest): string {
  return hmacSha256(ENTITY, body).toString("hex");
}
