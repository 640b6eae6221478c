import { z } from "zod";
import {
  type Context,
  connectorPayoutIdOf,
  defineConnector,
  errorInfo,
  PayoutMethodKind,
  pageOptions,
  Refusal,
  readStatus,
} from "../../src/connector/contract.ts";
import {
  initialStatus,
  type Kind,
  kinds,
  readId,
  type StatusReply,
  statuses,
  statusOf,
  writeId,
} from "./objects.ts";
import { type Choice, chooseOutcome, type Outcome, outcomeOfCode } from "./outcomes.ts";
import { requireCancelable, requireMethod, requirePayable, requireReply } from "./rules.ts";

/** A provider inside this process: it makes no calls, stores nothing, and behaves as the amount or account number says. */
export default defineConnector({
  name: "sandbox",
  configKey: "Sandbox",
  // Its RPCs are the API that it simulates; its own page is the README beside this file.
  docs: "https://docs.hyperswitch.io/integrations/prism/api-reference/payout-service/create-link",
  hosts: undefined,
  credentials: z.strictObject({}),
  // Nothing is stored that could expire: the same key makes the same object for ever.
  idempotency: { windowMs: 100 * 365 * 24 * 60 * 60 * 1000 },
  statuses,
  linkOptions: pageOptions,
  methods: [
    PayoutMethodKind.US_BANK,
    PayoutMethodKind.UK_BANK,
    PayoutMethodKind.IBAN,
    PayoutMethodKind.PIX,
    PayoutMethodKind.INTERAC,
    PayoutMethodKind.PAYPAL,
    PayoutMethodKind.VENMO,
    PayoutMethodKind.CARD,
  ],
  arrivalDays: {
    [PayoutMethodKind.US_BANK]: [1, 3],
    [PayoutMethodKind.UK_BANK]: [0, 1],
    [PayoutMethodKind.IBAN]: [1, 2],
    [PayoutMethodKind.PIX]: [0, 0],
    [PayoutMethodKind.INTERAC]: [0, 1],
    [PayoutMethodKind.CARD]: [0, 2],
  },

  async createLink(request, context) {
    requireQuote(request.connectorQuoteId);
    const outcome = chooseOutcome(request);
    requireReply(outcome, context);
    return make("link", outcome, context);
  },

  create: pay,
  transfer: pay,

  async get(request, context) {
    const { connectorPayoutId, object } = find(request, kinds, context);
    return { connectorPayoutId, ...statusOf(object, context) };
  },

  async void(request, context) {
    const { connectorPayoutId, object } = find(request, ["link", "payout", "quote"], context);
    requireReply(outcomeOfCode(object.code), context);
    requireCancelable(object, context);
    return { connectorPayoutId, payoutStatus: readStatus(statuses, "canceled", context) };
  },

  async stage(request, context) {
    const outcome = chooseOutcome(request);
    requireReply(outcome, context);
    return make("quote", outcome, context);
  },

  async createRecipient(request, context) {
    requireReply(chooseOutcome(request), context);
    return make("recipient", methodOutcome(request), context);
  },

  async enrollDisburseAccount(request, context) {
    requireMethod(request);
    requireReply(chooseOutcome(request), context);
    return make("account", methodOutcome(request), context);
  },

  async eligibility(request, context) {
    if (!request.connectorPayoutId) requireMethod(request);
    const outcome = chooseOutcome(request);
    requireReply(outcome, context, "read");
    const decline = outcome.refusesPayment;
    if (!decline?.reason.startsWith("RECIPIENT_"))
      return { payoutStatus: readStatus(statuses, "payable", context) };
    return {
      payoutStatus: readStatus(statuses, "ineligible", context),
      error: errorInfo(decline.reason, decline.code, decline.message),
    };
  },
});

type Payment = Choice & { readonly connectorQuoteId?: string | undefined };
type Made = StatusReply & { readonly connectorPayoutId: string };

async function pay(request: Payment, context: Context<unknown>): Promise<Made> {
  requireQuote(request.connectorQuoteId);
  requirePayable(request, context);
  const outcome = chooseOutcome(request);
  requireReply(outcome, context);
  if (outcome.refusesPayment) throw new Refusal(outcome.refusesPayment);
  return make("payout", outcome, context);
}

function make(kind: Kind, outcome: Outcome, context: Context<unknown>): Made {
  const object = { kind, code: outcome.code, startedAtMs: context.startedAtMs };
  return { connectorPayoutId: writeId(object, context.idempotencyKey), ...initialStatus(object, context) };
}

/** The object that Get and Void are about. */
function find(request: Choice, kinds: readonly Kind[], context: Context<unknown>) {
  const id = connectorPayoutIdOf(request, context, "Write the id that the payout was made with.");
  return { connectorPayoutId: id, object: readId(id, kinds) };
}

function requireQuote(id: string | undefined): void {
  if (id) readId(id, ["quote"]);
}

/** The outcome of later payments to this account, whatever the amount of this call. */
function methodOutcome({ payoutMethodData }: Choice): Outcome {
  return chooseOutcome({ payoutMethodData });
}
