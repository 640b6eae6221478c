import { z } from "zod";
import {
  type Context,
  defineConnector,
  type HttpReply,
  PayoutStatus,
  Refusal,
  type Request,
  readReply,
  readStatus,
} from "../../../../src/connector/contract.ts";

const credentials = z.object({ branch: z.string().optional() });
type MisbehavingContext = Context<z.output<typeof credentials>>;

const statuses: Readonly<Record<string, PayoutStatus>> = {
  ready: PayoutStatus.REQUIRES_FULFILLMENT,
  under_way: PayoutStatus.PENDING,
  paid: PayoutStatus.SUCCESS,
  canceled: PayoutStatus.CANCELLED,
  barred: PayoutStatus.INELIGIBLE,
};
const answer = z.object({ id: z.string(), status: z.string() });
const refusal = z.object({ code: z.string(), message: z.string() });

/**
 * A connector from outside the repository with a provider that tests play (`test/support/stages/misbehaving-provider.ts`). It looks
 * nothing up before it pays, so that only the core keeps it from paying twice, and it misbehaves where a payment's
 * description says so.
 */
export default defineConnector({
  name: "misbehaving",
  configKey: "Misbehaving",
  docs: "https://misbehaving.example/docs",
  hosts: { live: "https://misbehaving.example", test: "https://misbehaving.example" },
  credentials,
  idempotency: { windowMs: 24 * 60 * 60 * 1000 },
  statuses,
  errors: {
    read: (body) => refusal.safeParse(body).data,
    reasons: { not_ready: "RECIPIENT_NOT_READY" },
  },

  createLink,
  createRecipient: (_request, context) => post("/recipients", context),
  create: pay,
  transfer: pay,
  get: async (_request, context) =>
    standing(await context.http.send({ method: "GET", path: "/standing" }), context),
  void: (_request, context) => post("/cancellations", context),
});

async function createLink(request: Request<"createLink">) {
  if (request.description !== "refuse") return { payoutStatus: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
  throw new Refusal({ reason: "PROVIDER_DECLINED", status: 402, code: "no", message: "No." });
}

async function pay(request: Request<"create"> | Request<"transfer">, context: MisbehavingContext) {
  await context.http.send({ method: "GET", path: "/recipient" });
  if (request.description === "break before") throw new TypeError("broken before the payment");
  const reply = await post("/payments", context);
  if (request.description === "break after") throw new TypeError("broken after the payment");
  return request.description === "garbage" ? { payoutStatus: "paid" as unknown as PayoutStatus } : reply;
}

async function post(path: string, context: MisbehavingContext) {
  const { amountMinor, currency } = context.payout ?? {};
  const headers = { "idempotency-key": context.idempotencyKey };
  const json = { amount: String(amountMinor), currency, at: context.startedAtMs };
  return standing(await context.http.send({ method: "POST", path, effect: "keyed", headers, json }), context);
}

function standing(reply: HttpReply, context: MisbehavingContext) {
  const { id, status } = readReply(reply, answer);
  return { connectorPayoutId: id, payoutStatus: readStatus(statuses, status, context) };
}
