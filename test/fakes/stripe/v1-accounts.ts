import { z } from "zod";
import { notFound } from "./api-error.ts";
import { limit, metadata, type Route, route, type Target, webUrl } from "./route.ts";
import { type Account, firstOf, newAccount, type State } from "./state.ts";
import { mergeMetadata } from "./v2-accounts.ts";

const LINK_LIFETIME_MS = 5 * 60_000;

const creation = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/),
  email: z.email().optional(),
  business_type: z.enum(["company", "government_entity", "individual", "non_profit"]).optional(),
  controller: z
    .strictObject({
      fees: z.strictObject({ payer: z.enum(["account", "application"]) }),
      losses: z.strictObject({ payments: z.enum(["application", "stripe"]) }),
      requirement_collection: z.enum(["application", "stripe"]),
      stripe_dashboard: z.strictObject({ type: z.enum(["express", "full", "none"]) }),
    })
    .partial()
    .optional(),
  capabilities: z.strictObject({ transfers: z.strictObject({ requested: z.enum(["true", "false"]) }) }),
  settings: z
    .strictObject({
      payouts: z.strictObject({
        schedule: z.strictObject({ interval: z.enum(["daily", "manual", "monthly", "weekly"]) }),
      }),
    })
    .optional(),
  tos_acceptance: z.strictObject({ service_agreement: z.enum(["full", "recipient"]) }).optional(),
  metadata: metadata.optional(),
});

const linkCreation = z.strictObject({
  account: z.string(),
  type: z.enum(["account_onboarding", "account_update"]),
  refresh_url: webUrl,
  return_url: webUrl,
});

const none = z.strictObject({});

/** v1: connected accounts and their links. */
export const v1AccountRoutes: readonly Route[] = [
  route("POST", "/v1/accounts", creation, createAccount),
  route("GET", "/v1/accounts", z.strictObject({ limit }), (query, { state }) => ({
    object: "list",
    data: firstOf(state.accounts.values(), Number(query.limit ?? 10), ({ api }) => api === "v1").map(
      accountBody,
    ),
    has_more: false,
    url: "/v1/accounts",
  })),
  route("GET", "/v1/accounts/:id", none, (_, { state, ids }) => accountBody(connected(state, ids[0]))),
  route(
    "POST",
    "/v1/accounts/:id",
    z.strictObject({ metadata: metadata.optional() }),
    (parameters, { state, ids }) => {
      const account = connected(state, ids[0]);
      account.metadata = mergeMetadata(account.metadata, parameters.metadata);
      return accountBody(account);
    },
  ),
  route("POST", "/v1/account_links", linkCreation, createLink),
];

/** The connected account of an id. */
export function connected(state: State, id: string | undefined): Account {
  const account = state.accounts.get(id ?? "");
  if (account?.api !== "v1") throw notFound("v1", "account", id ?? "");
  return account;
}

function createAccount(parameters: z.infer<typeof creation>, { state }: Target): object {
  const account = newAccount(state, {
    api: "v1",
    email: parameters.email ?? "",
    country: parameters.country,
    displayName: undefined,
    entityType: parameters.business_type,
    metadata: parameters.metadata ?? {},
  });
  account.due = ["external_account", "individual.first_name"];
  account.capabilities.set("transfers", { status: "restricted", code: undefined });
  return accountBody(account);
}

function createLink(parameters: z.infer<typeof linkCreation>, { state }: Target): object {
  const account = connected(state, parameters.account);
  const id = state.newId("");
  const createdMs = state.nowMs();
  state.links.set(id, {
    id,
    account: account.id,
    expiresMs: createdMs + LINK_LIFETIME_MS,
    refreshUrl: parameters.refresh_url,
    returnUrl: parameters.return_url,
    used: false,
  });
  return {
    object: "account_link",
    created: Math.floor(createdMs / 1000),
    expires_at: Math.floor((createdMs + LINK_LIFETIME_MS) / 1000),
    url: `${state.url}/setup/c/${account.id}/${id}`,
  };
}

/** An account as v1 shows it. */
export function accountBody(account: Account): object {
  const transfers = account.capabilities.get("transfers")?.status === "active";
  return {
    id: account.id,
    object: "account",
    business_type: account.entityType ?? null,
    capabilities: { transfers: transfers ? "active" : "inactive" },
    charges_enabled: false,
    country: account.country,
    created: Math.floor(account.createdMs / 1000),
    details_submitted: account.due.length === 0,
    email: account.email || null,
    metadata: account.metadata,
    payouts_enabled: transfers && account.defaults.size > 0,
    requirements: {
      currently_due: account.underReview ? [] : account.due,
      pending_verification: account.underReview ? account.due : [],
      disabled_reason: disabledReason(account),
    },
    type: "none",
  };
}

function disabledReason(account: Account): string | null {
  const capability = account.capabilities.get("transfers");
  if (capability?.status === "rejected") return "rejected.other";
  if (account.underReview) return "requirements.pending_verification";
  return account.due.length > 0 ? "requirements.past_due" : null;
}
