import {
  connectorPayoutIdOf,
  defineConnector,
  PayoutMethodKind,
  PayoutStatus,
  Refusal,
  type Reply,
  readReply,
  readStatus,
} from "../../src/connector/contract.ts";
import { linkPath, readLink } from "./client.ts";
import { authorize, credentials, type DotsContext, type DotsCredentials } from "./credentials.ts";
import { errors } from "./errors.ts";
import { idempotencyUuid } from "./idempotency-uuid.ts";
import { linkBody } from "./link-body.ts";
import { hasRequestedAmount, linkReply, madeLinkReply, otherLinkReply, statuses } from "./map.ts";
import * as shapes from "./shapes.ts";
import { webhook } from "./webhook.ts";

/** Dots: payout links to a page that Dots hosts, delivered by e-mail or SMS if the caller wants that. */
export default defineConnector<DotsCredentials>({
  name: "dots",
  configKey: "Dots",
  docs: "https://docs.dots.dev/apireference",
  hosts: { live: "https://api.dots.dev/api", test: "https://pls.senddotssandbox.com/api" },
  environment: ({ environment }) => environment,
  credentials,
  legacyHeaders: { "x-api-key": "api_key", "x-key1": "client_id" },
  authorize,
  idempotency: { windowMs: 24 * 60 * 60 * 1000 },
  statuses,
  errors,
  linkOptions: [
    "memo",
    "recipient",
    "delivery",
    "steps",
    "collect_tax_form",
    "tax_exempt",
    "fee_party",
    "metadata",
    "accounting",
  ],
  methods: [PayoutMethodKind.US_BANK, PayoutMethodKind.PAYPAL, PayoutMethodKind.VENMO],
  currencies: ["USD"],
  visible: ["status", "type", "method", "created", "has_more"],
  webhook,

  async createLink(request, context) {
    const body = linkBody(request, context);
    const reply = await context.http.send({
      method: "POST",
      path: "/v2/payout-links",
      json: body,
      effect: "keyed",
    });
    const link = readReply(reply, shapes.madeLink);
    return hasRequestedAmount(link, body.amount, context)
      ? madeLinkReply(link, context)
      : otherLinkReply(link, body.amount, context);
  },

  async get(request, context) {
    const id = connectorPayoutIdOf(request, context);
    return linkReply(id, await readLink(id, context), context);
  },

  async void(request, context) {
    const id = connectorPayoutIdOf(request, context);
    return endedReply(id, await readLink(id, context), context) ?? (await cancel(id, context));
  },
});

/**
 * The reply of void for a link that has ended; undefined if it can still be cancelled.
 *
 * @throws Refusal if it is claimed, or may be.
 */
function endedReply(id: string, link: shapes.Link, context: DotsContext): Reply<"void"> | undefined {
  const status = link.status ?? "";
  const payoutStatus = readStatus(statuses, status, context);
  if (payoutStatus === PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA) return undefined;
  if (finalStatuses.has(payoutStatus)) return { connectorPayoutId: id, payoutStatus };
  // The effect of DELETE on money that the recipient has received is not documented.
  const message = `The link is ${status || "in no state"} at Dots: the money may be in the recipient's wallet, so it is not cancelled.`;
  throw new Refusal({ reason: "NOT_CANCELABLE", status: 409, code: status, message });
}

const finalStatuses: ReadonlySet<PayoutStatus> = new Set([
  PayoutStatus.REVERSED,
  PayoutStatus.CANCELLED,
  PayoutStatus.EXPIRED,
]);

async function cancel(id: string, context: DotsContext): Promise<Reply<"void">> {
  try {
    const reply = await context.http.send({
      method: "DELETE",
      path: linkPath(id),
      // Dots honours no key here. Cancelling twice cancels once; this names the attempt in Dots's logs.
      headers: { "idempotency-key": idempotencyUuid(context.idempotencyKey) },
      effect: "keyed",
    });
    const { status } = readReply(reply, shapes.link);
    return { connectorPayoutId: id, payoutStatus: readStatus(statuses, status ?? "", context) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // An earlier try whose reply was lost may have cancelled it.
    const ended = endedReply(id, await readLink(id, context), context);
    if (ended) return ended;
    throw error;
  }
}
