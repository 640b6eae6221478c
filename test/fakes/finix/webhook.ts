import type { SignedWebhook } from "../../support/stages/provider-fake.ts";
import { type StoredLink, shownLink } from "./link-book.ts";

/**
 * What Finix would send about a link: BASIC where the secret is `username:password`, otherwise BEARER. The entity's name is
 * as other entities of Finix's have it; its documentation does not list links.
 */
export function signedWebhook(link: StoredLink, url: string, secret: string): SignedWebhook {
  const authorization = secret.includes(":")
    ? `Basic ${Buffer.from(secret).toString("base64")}`
    : `Bearer ${secret}`;
  const event = {
    id: `event_${link.id}_${link.updatedAtMs}`,
    entity: "payout_link",
    type: link.updatedAtMs === link.createdAtMs ? "created" : "updated",
    _embedded: { payout_links: [shownLink(link, url)] },
  };
  return { headers: { "content-type": "application/json", authorization }, body: JSON.stringify(event) };
}
