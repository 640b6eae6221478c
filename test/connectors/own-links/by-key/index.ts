import { z } from "zod";
import {
  type Context,
  defineConnector,
  type HttpReply,
  PayoutMethodKind,
  PayoutStatus,
  type Request,
  readReply,
  readStatus,
  secret,
} from "../../../../src/connector/contract.ts";

const credentials = z.object({ api_key: secret() });
type ByKeyContext = Context<z.output<typeof credentials>>;
type Paying = Request<"transfer"> | Request<"enrollDisburseAccount">;

const statuses: Readonly<Record<string, PayoutStatus>> = {
  kept: PayoutStatus.REQUIRES_FULFILLMENT,
  under_way: PayoutStatus.PENDING,
  paid: PayoutStatus.SUCCESS,
  failed: PayoutStatus.FAILED,
};
const answer = z.object({ id: z.string(), status: z.string() });
const refusal = z.object({ code: z.string(), message: z.string() });

/**
 * A connector that can only pay and keep accounts: the core makes its links. It honours idempotency keys, and looks nothing up,
 * so that only the core keeps it from paying twice. Its provider is `test/support/stages/own-links-provider.ts`.
 */
export default defineConnector({
  name: "by-key",
  configKey: "ByKey",
  docs: "https://by-key.example/docs",
  hosts: { live: "https://by-key.example", test: "https://by-key.example" },
  credentials,
  authorize: ({ api_key }) => ({ authorization: `Bearer ${api_key.reveal()}` }),
  idempotency: { windowMs: 24 * 60 * 60 * 1000 },
  statuses,
  methods: [PayoutMethodKind.US_BANK, PayoutMethodKind.CARD],
  errors: {
    read: (body) => refusal.safeParse(body).data,
    reasons: { closed: "RECIPIENT_ACCOUNT_CLOSED", no_funds: "INSUFFICIENT_FUNDS" },
  },

  transfer: (request, context) => post("/transfers", request, context),
  async enrollDisburseAccount(request, context) {
    // The provider has no status for an account: that it is there is all.
    const { connectorPayoutId } = await post("/accounts", request, context);
    return { connectorPayoutId };
  },
});

async function post(path: string, request: Paying, context: ByKeyContext) {
  const { payout, claim, idempotencyKey } = context;
  const data = request.payoutMethodData?.payoutMethodData;
  const account = data?.case === "ach" ? data.value.bankAccountNumber?.value : payout?.connectorPayoutId;
  const json = {
    to: account,
    ref: payout?.id,
    amount: String(payout?.amountMinor),
    name: request.customer?.name,
    claimed: claim && { kind: claim.recipient.kind, entry: claim.entry },
    at: context.startedAtMs,
  };
  const headers = { "idempotency-key": idempotencyKey };
  return standing(await context.http.send({ method: "POST", path, effect: "keyed", headers, json }), context);
}

function standing(reply: HttpReply, context: ByKeyContext) {
  const { id, status } = readReply(reply, answer);
  return { connectorPayoutId: id, payoutStatus: readStatus(statuses, status, context) };
}
