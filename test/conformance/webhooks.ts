import { expect, it } from "vitest";
import type { Webhook, WebhookRequest } from "../../src/connector/contract.ts";
import { Secret } from "../../src/security/secret.ts";
import type { SignedWebhook } from "../support/stages/provider-fake.ts";
import { newTestLink } from "./link.ts";
import type { ConformanceStage, Subject } from "./stage.ts";

const secret = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnk=";
const otherSecret = new Secret("whsec_b3RoZXI=");

/** Declares how webhooks of the provider's are read. */
export function declareWebhooks(
  stage: () => ConformanceStage,
  subject: Subject,
  { verify, read }: Webhook,
): void {
  it("reads webhooks that come late and out of order as being about one payout", async () => {
    const link = newTestLink(stage(), subject);
    const ids = new Set<unknown>([(await link.create()).reply?.connector_payout_id, link.one().id]);
    const tell = () => stage().fake(subject.name).webhook(link.one().id, secret);
    const told = [tell()];
    for (const step of ["claim", "pay"] as const) {
      await link[step]();
      told.push(tell());
      ids.add((await link.get()).reply?.connector_payout_id);
    }
    for (const each of told.reverse()) {
      const request = arrived(each);
      expect(verify(request, [otherSecret, new Secret(secret)])).toBe(true);
      expect(verify(request, [otherSecret])).toBe(false);
      const named = read(request)?.connectorPayoutIds ?? [];
      expect(named).toHaveLength(subject.namesPayouts ? 1 : 0);
      expect([...ids]).toEqual(expect.arrayContaining([...named]));
    }
  });
}

function arrived({ headers, body }: SignedWebhook): WebhookRequest {
  const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));
  return { header: (name) => values.get(name) ?? [], body: Buffer.from(body), receivedAtMs: Date.now() };
}
