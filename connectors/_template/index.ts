import { connectorPayoutIdOf, defineConnector, readReply, secret, z } from "../../src/connector/contract.ts";
import { linkBody, linkReply, paymentReply, reasons, replies, statuses } from "./map.ts";
import { webhook } from "./webhook.ts";

/** Acme pays people through links to pages that it hosts. */
export default defineConnector({
  name: "acme",
  configKey: "Acme",
  docs: "https://docs.acme.example/api",
  hosts: {
    live: "https://api.acme.example",
    test: "https://sandbox.acme.example",
  },
  environment: ({ environment }) => environment,
  credentials: z.object({
    api_key: secret().describe("The API key, from the dashboard under Developers."),
    environment: z.enum(["live", "test"]).default("live").describe("Which host the key belongs to."),
  }),
  legacyHeaders: { "x-api-key": "api_key" },
  authorize: ({ api_key }) => ({ authorization: `Bearer ${api_key.reveal()}` }),
  idempotency: { windowMs: 24 * 60 * 60 * 1000 },
  statuses,
  errors: { read: (body) => replies.error.safeParse(body).data?.error ?? undefined, reasons },
  linkOptions: ["description", "expires_in", "success_url", "metadata"],
  visible: ["status", "currency"],
  webhook,

  async createLink(request, context) {
    const reply = await context.http.send({
      method: "POST",
      path: "/v1/links",
      headers: { "idempotency-key": context.idempotencyKey },
      json: linkBody(request, context.startedAtMs),
      effect: "keyed",
    });
    return linkReply(readReply(reply, replies.link), context);
  },

  async get(request, context) {
    const id = connectorPayoutIdOf(request, context);
    const reply = await context.http.send({ method: "GET", path: `/v1/links/${encodeURIComponent(id)}` });
    return linkReply(readReply(reply, replies.link), context);
  },

  async transfer(request, context) {
    const id = connectorPayoutIdOf(request, context);
    const reply = await context.http.send({
      method: "POST",
      path: `/v1/links/${encodeURIComponent(id)}/payments`,
      headers: { "idempotency-key": context.idempotencyKey },
      effect: "keyed",
    });
    return paymentReply(id, readReply(reply, replies.payment), context);
  },

  async void(request, context) {
    const id = connectorPayoutIdOf(request, context);
    const reply = await context.http.send({
      method: "POST",
      path: `/v1/links/${encodeURIComponent(id)}/cancel`,
      headers: { "idempotency-key": context.idempotencyKey },
      effect: "keyed",
    });
    const { payoutLink: _, ...cancelled } = linkReply(readReply(reply, replies.link), context);
    return cancelled;
  },
});
