import { z } from "zod";
import {
  type Context,
  defineConnector,
  PayoutMethodKind,
  PayoutStatus,
  type Reply,
  readReply,
  readStatus,
} from "../../../../src/connector/contract.ts";

type ByLookupContext = Context<Record<string, never>>;

const statuses: Readonly<Record<string, PayoutStatus>> = {
  under_way: PayoutStatus.PENDING,
  paid: PayoutStatus.SUCCESS,
  failed: PayoutStatus.FAILED,
};
const payment = z.object({ id: z.string(), status: z.string() });
const list = z.object({ found: z.array(payment) });
const refusal = z.object({ code: z.string(), message: z.string() });

/**
 * As `by-key`, with a provider that knows no idempotency keys: what an unanswered attempt made is looked up. Whatever is sent
 * twice is paid twice.
 */
export default defineConnector({
  name: "by-lookup",
  configKey: "ByLookup",
  docs: "https://by-lookup.example/docs",
  hosts: { live: "https://by-lookup.example", test: "https://by-lookup.example" },
  credentials: z.strictObject({}),
  idempotency: { lookup: async (_operation, _request, context) => find(context) },
  statuses,
  methods: [PayoutMethodKind.US_BANK],
  errors: {
    read: (body) => refusal.safeParse(body).data,
    reasons: { closed: "RECIPIENT_ACCOUNT_CLOSED", no_funds: "INSUFFICIENT_FUNDS" },
  },

  async transfer(request, context) {
    const data = request.payoutMethodData?.payoutMethodData;
    const to = data?.case === "ach" ? data.value.bankAccountNumber?.value : undefined;
    const json = { to, ref: context.payout?.id, tag: context.idempotencyKey };
    const reply = await context.http.send({ method: "POST", path: "/transfers", effect: "once", json });
    return standing(readReply(reply, payment), context);
  },

  async get(request, context) {
    const path = `/transfers/${encodeURIComponent(request.connectorPayoutId ?? "")}`;
    return standing(readReply(await context.http.send({ method: "GET", path }), payment), context);
  },
});

async function find(context: ByLookupContext): Promise<Reply<"transfer"> | undefined> {
  // The key is another for each entry of a link, as a payment that failed is none of the next one's.
  const query = { tag: context.idempotencyKey };
  const reply = await context.http.send({ method: "GET", path: "/transfers", query });
  const newest = readReply(reply, list).found.at(-1);
  return newest && standing(newest, context);
}

function standing({ id, status }: z.output<typeof payment>, context: ByLookupContext) {
  return { connectorPayoutId: id, payoutStatus: readStatus(statuses, status, context) };
}
