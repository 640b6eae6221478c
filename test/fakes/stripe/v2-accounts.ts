import { z } from "zod";
import { ApiError, invalidParameter, notFound } from "./api-error.ts";
import { limit, metadata, type Route, route } from "./route.ts";
import { type Account, firstOf, newAccount, type State } from "./state.ts";
import { accountBody } from "./v2-account-body.ts";

const requested = z.strictObject({ requested: z.boolean() });
const networks = ["ach", "fedwire", "fps", "local", "rtp", "sepa", "swift"] as const;
const include = z
  .array(z.enum(["configuration.recipient", "identity", "requirements", "defaults", "future_requirements"]))
  .optional();
const configurations = z.array(z.enum(["recipient"])).optional();

const creation = z.strictObject({
  contact_email: z.email().optional(),
  contact_phone: z.string().optional(),
  display_name: z.string().optional(),
  identity: z
    .strictObject({
      country: z
        .string()
        .regex(/^[A-Za-z]{2}$/)
        .optional(),
      entity_type: z.enum(["company", "government_entity", "individual", "non_profit"]).optional(),
      individual: z
        .strictObject({ given_name: z.string(), surname: z.string(), email: z.string(), phone: z.string() })
        .partial()
        .optional(),
      business_details: z.strictObject({ registered_name: z.string() }).partial().optional(),
    })
    .optional(),
  configuration: z
    .strictObject({
      recipient: z.strictObject({
        capabilities: z
          .strictObject({
            bank_accounts: z.partialRecord(z.enum(networks), requested).optional(),
            cards: requested.optional(),
          })
          .optional(),
      }),
    })
    .optional(),
  defaults: z
    .strictObject({
      locales: z.array(z.string()).optional(),
      profile: z.strictObject({ doing_business_as: z.string() }).partial().optional(),
    })
    .optional(),
  metadata: metadata.optional(),
  include,
});

/** v2 core: accounts. */
export const v2AccountRoutes: readonly Route[] = [
  route("POST", "/v2/core/accounts", creation, createAccount),
  route(
    "GET",
    "/v2/core/accounts",
    z.strictObject({
      limit,
      applied_configurations: configurations,
      closed: z.enum(["true", "false"]).optional(),
    }),
    (query, { state }) => ({
      data: firstOf(state.accounts.values(), Number(query.limit ?? 10), ({ api }) => api === "v2").map(
        (account) => accountBody(account, []),
      ),
      next_page_url: null,
      previous_page_url: null,
    }),
  ),
  route("GET", "/v2/core/accounts/:id", z.strictObject({ include }), (query, { state, ids }) =>
    accountBody(recipient(state, ids[0]), query.include ?? []),
  ),
  route(
    "POST",
    "/v2/core/accounts/:id",
    z.strictObject({ metadata: metadata.optional(), display_name: z.string().optional(), include }),
    (parameters, { state, ids }) => {
      const account = recipient(state, ids[0]);
      account.metadata = mergeMetadata(account.metadata, parameters.metadata);
      account.displayName = parameters.display_name ?? account.displayName;
      return accountBody(account, parameters.include ?? []);
    },
  ),
  route(
    "POST",
    "/v2/core/accounts/:id/close",
    z.strictObject({ applied_configurations: configurations }),
    closeAccount,
  ),
];

/** The open or closed v2 account of an id. */
export function recipient(state: State, id: string | undefined): Account {
  const account = state.accounts.get(id ?? "");
  if (account?.api !== "v2") throw notFound("v2", "account", id ?? "");
  return account;
}

/** New entries over old ones; an empty value removes its key. */
export function mergeMetadata(
  old: Record<string, string>,
  change: Record<string, string> | undefined,
): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...old, ...change }).filter(([, value]) => value !== ""));
}

function createAccount(parameters: z.infer<typeof creation>, { state }: { state: State }): object {
  const { recipient: role } = parameters.configuration ?? {};
  if (role && !parameters.contact_email) {
    throw invalidParameter("v2", "contact_email", "A recipient needs a contact_email.");
  }
  const wanted = role?.capabilities ?? {};
  const paths = Object.keys(wanted.bank_accounts ?? {}).map((network) => `bank_accounts.${network}`);
  if (wanted.cards?.requested) paths.push("cards");
  const account = newAccount(state, {
    api: "v2",
    email: parameters.contact_email ?? "",
    country: (parameters.identity?.country ?? "").toUpperCase(),
    displayName: parameters.display_name,
    entityType: parameters.identity?.entity_type,
    metadata: parameters.metadata ?? {},
  });
  account.due = ["identity.individual.given_name", "payout_method"];
  for (const path of paths) {
    account.capabilities.set(path, { status: "restricted", code: "requirements_past_due" });
  }
  return accountBody(account, parameters.include ?? []);
}

function closeAccount(
  parameters: { applied_configurations?: string[] | undefined },
  { state, ids }: { state: State; ids: readonly string[] },
): object {
  const account = recipient(state, ids[0]);
  if (!parameters.applied_configurations?.includes("recipient")) {
    throw invalidParameter(
      "v2",
      "applied_configurations",
      "List every configuration of the account: recipient.",
    );
  }
  if (account.payments.some(({ status }) => status === "processing")) {
    throw new ApiError(400, {
      code: "pending_transactions_cannot_be_deleted",
      message: "The account has payments under way and cannot be closed.",
    });
  }
  account.closed = true;
  return accountBody(account, []);
}
