import type { Account, Capability } from "./state.ts";

/** A v2 account as it is answered. Parts that `include` does not name are null, as in the real API. */
export function accountBody(account: Account, include: readonly string[]): object {
  const part = (name: string, body: () => object) => (include.includes(name) ? body() : null);
  return {
    id: account.id,
    object: "v2.core.account",
    applied_configurations: ["recipient"],
    closed: account.closed,
    configuration: part("configuration.recipient", () => ({
      customer: null,
      merchant: null,
      recipient: { applied: !account.closed, capabilities: capabilitiesBody(account.capabilities) },
    })),
    contact_email: account.email,
    created: new Date(account.createdMs).toISOString(),
    dashboard: "none",
    defaults: part("defaults", () => ({
      currency: null,
      locales: null,
      payout_methods: Object.fromEntries(account.defaults),
      responsibilities: { fees_collector: "application", losses_collector: "application" },
    })),
    display_name: account.displayName ?? null,
    identity: part("identity", () => ({
      country: account.country.toLowerCase(),
      entity_type: account.entityType ?? null,
    })),
    livemode: false,
    metadata: account.metadata,
    requirements: part("requirements", () => ({
      entries: account.due.map((name) => entryBody(account, name)),
    })),
  };
}

function capabilitiesBody(capabilities: Map<string, Capability>): object {
  const banks: Record<string, object> = {};
  let cards: object | null = null;
  for (const [path, capability] of capabilities) {
    const body = {
      status: capability.status,
      status_details: capability.code ? [{ code: capability.code, resolution: "provide_info" }] : [],
    };
    if (path === "cards") cards = body;
    else banks[path.slice("bank_accounts.".length)] = body;
  }
  return { bank_accounts: Object.keys(banks).length > 0 ? banks : null, cards, stripe_balance: null };
}

function entryBody(account: Account, description: string): object {
  return {
    awaiting_action_from: account.underReview ? "stripe" : "user",
    description,
    errors: [],
    impact: {
      restricts_capabilities: [...account.capabilities.keys()].map((capability) => ({
        capability,
        configuration: "recipient",
        deadline: { status: "currently_due" },
      })),
    },
    minimum_deadline: { status: "currently_due" },
    requested_reasons: [{ code: "routine_onboarding" }],
  };
}
