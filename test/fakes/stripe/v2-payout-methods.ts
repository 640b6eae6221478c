import { z } from "zod";
import { notFound } from "./api-error.ts";
import { currency, limit, type Route, route, type Target } from "./route.ts";
import type { Account, PayoutMethod, State } from "./state.ts";
import { recipient } from "./v2-accounts.ts";

const country = z.string().regex(/^[A-Za-z]{2}$/);
const setup = z.strictObject({
  payout_method_data: z.strictObject({
    type: z.literal("bank_account"),
    bank_account: z.strictObject({
      account_number: z.string().min(4),
      bank_account_type: z.enum(["checking", "savings", "futsu", "toza"]).optional(),
      branch_number: z.string().optional(),
      country,
      currency,
      routing_number: z.string().optional(),
      swift_code: z.string().optional(),
    }),
  }),
  usage_intent: z.enum(["payment", "transfer"]).optional(),
});
const usage = z.strictObject({ payments: z.array(z.string()), transfers: z.array(z.string()) }).partial();

/** v2 money management: payout methods, setup intents, bank account specs, financial accounts. */
export const v2PayoutMethodRoutes: readonly Route[] = [
  route(
    "GET",
    "/v2/money_management/payout_methods",
    z.strictObject({ limit, usage_status: usage.optional() }),
    (_, { state, account }) => {
      const data = [...state.payoutMethods.values()].filter((method) => method.account === account);
      return { data: data.map(methodBody), next_page_url: null, previous_page_url: null };
    },
  ),
  route("POST", "/v2/money_management/outbound_setup_intents", setup, createSetupIntent),
  route(
    "GET",
    "/v2/money_management/payout_methods_bank_account_spec",
    z.strictObject({ countries: z.array(country).optional() }),
    bankAccountSpec,
  ),
  route("GET", "/v2/money_management/financial_accounts/:id", z.strictObject({}), (_, { state, ids }) =>
    financialAccountBody(state, ids[0] ?? ""),
  ),
];

/** Gives a recipient a way to be paid, and makes it the default of its currency. */
export function addPayoutMethod(
  state: State,
  account: Account,
  facts: { type: "bank_account" | "card"; currency: string; last4: string },
): PayoutMethod {
  const prefix = facts.type === "card" ? "card_test_" : "usba_test_";
  const method = { ...facts, id: state.newId(prefix), account: account.id, createdMs: state.nowMs() };
  state.payoutMethods.set(method.id, method);
  account.defaults.set(facts.currency, method.id);
  return method;
}

/** Marks everything as given and every capability as active. */
export function activate(account: Account): void {
  account.due = [];
  account.underReview = false;
  for (const capability of account.capabilities.values()) {
    capability.status = "active";
    capability.code = undefined;
  }
}

function createSetupIntent(parameters: z.infer<typeof setup>, { state, account: id }: Target): object {
  const account = recipient(state, id);
  const bank = parameters.payout_method_data.bank_account;
  const method = addPayoutMethod(state, account, {
    type: "bank_account",
    currency: bank.currency,
    last4: bank.account_number.slice(-4),
  });
  if (state.setupOutcome === "succeeded") activate(account);
  return {
    id: state.newId("obsi_test_"),
    object: "v2.money_management.outbound_setup_intent",
    created: new Date(state.nowMs()).toISOString(),
    livemode: false,
    payout_method: methodBody(method),
    status: state.setupOutcome,
    usage_intent: parameters.usage_intent ?? "payment",
  };
}

function methodBody(method: PayoutMethod): object {
  return {
    id: method.id,
    object: "v2.money_management.payout_method",
    archived: false,
    [method.type]: { last4: method.last4, supported_currencies: [method.currency] },
    created: new Date(method.createdMs).toISOString(),
    livemode: false,
    restricted: false,
    type: method.type,
    usage_status: { payments: "eligible", transfers: "ineligible" },
  };
}

/** Countries whose bank accounts the fake can pay, with the fields that each needs. */
const bankFields: Readonly<Record<string, readonly string[]>> = {
  US: ["account_number", "routing_number"],
  GB: ["account_number", "routing_number"],
  DE: ["account_number"],
  FR: ["account_number"],
};

function bankAccountSpec(query: { countries?: string[] | undefined }): object {
  const wanted = query.countries?.map((name) => name.toUpperCase()) ?? Object.keys(bankFields);
  const countries = wanted
    .filter((name) => name in bankFields)
    .map((name) => [name, { fields: bankFields[name]?.map((field) => ({ stripe_name: field })) }]);
  return {
    object: "v2.money_management.payout_methods_bank_account_spec",
    countries: Object.fromEntries(countries),
    livemode: false,
  };
}

function financialAccountBody(state: State, id: string): object {
  const funds = state.funds.get(id);
  if (!funds || id === "platform") throw notFound("v2", "financial account", id);
  return {
    id,
    object: "v2.money_management.financial_account",
    balance: {
      available: Object.fromEntries([...funds].map(([name, value]) => [name, { value, currency: name }])),
      inbound_pending: {},
      outbound_pending: {},
    },
    country: "us",
    created: new Date(0).toISOString(),
    livemode: false,
    status: "open",
    storage: { holds_currencies: [...funds.keys()] },
    type: "storage",
  };
}
