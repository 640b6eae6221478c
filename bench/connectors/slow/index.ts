import { z } from "zod";
import { defineConnector, PayoutStatus, readReply, readStatus } from "../../../src/connector/contract.ts";

const statuses = { open: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
const link = z.object({ id: z.string(), status: z.string() });

/** The simplest connector that calls somebody: one keyed POST makes a link, one GET reads. */
export default defineConnector({
  name: "slow",
  configKey: "Slow",
  docs: "https://slow.example/docs",
  hosts: { live: "https://slow.example", test: "https://slow.example" },
  credentials: z.object({}),
  idempotency: { windowMs: 24 * 60 * 60 * 1000 },
  statuses,

  async createLink({ amount }, context) {
    const reply = await context.http.send({
      method: "POST",
      path: "/v1/links",
      headers: { "idempotency-key": context.idempotencyKey },
      json: { amount: String(amount?.minorAmount), currency: amount?.currency },
      effect: "keyed",
    });
    const { id, status } = readReply(reply, link);
    return { connectorPayoutId: id, payoutStatus: readStatus(statuses, status, context) };
  },

  async eligibility(_request, context) {
    const reply = await context.http.send({ method: "GET", path: "/v1/recipient" });
    const { status } = readReply(reply, link);
    return { payoutStatus: readStatus(statuses, status, context) };
  },
});
