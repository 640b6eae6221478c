import { PayoutStatus } from "../../src/connector/contract.ts";
import type { StripeContext } from "./credentials.ts";
import type { Account, ConnectedAccount } from "./shapes.ts";
import { isExpired } from "./standing.ts";

/** Where a recipient is who has not been paid. The first that holds is the answer. */
export function accountStanding(account: Account, context: StripeContext): PayoutStatus {
  const recipient = account.configuration?.recipient;
  const { bank_accounts: banks, cards } = recipient?.capabilities ?? {};
  const states = [...Object.values(banks ?? {}), cards].flatMap((capability) => capability?.status ?? []);
  if (account.closed || account.metadata?.pl_state === "void" || recipient?.applied === false) {
    return PayoutStatus.CANCELLED;
  }
  if (isExpired(account.metadata, context)) return PayoutStatus.EXPIRED;
  if (!recipient) return PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION;
  const unknown = states.find((state) => !capabilityStates.has(state));
  if (unknown) {
    context.warn("unknown provider status", { status: unknown });
    return PayoutStatus.PAYOUT_STATUS_UNSPECIFIED;
  }
  if (states.length > 0 && states.every((state) => state === "unsupported" || state === "rejected")) {
    return PayoutStatus.INELIGIBLE;
  }
  const hasMethod = hasMethodFor(account, context.payout?.destinationCurrency);
  if (states.includes("active") && hasMethod) return PayoutStatus.REQUIRES_FULFILLMENT;
  const waitsForUser = account.requirements?.entries?.some((entry) => entry?.awaiting_action_from === "user");
  if (waitsForUser || states.includes("restricted") || (!hasMethod && !states.includes("pending"))) {
    return PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
  }
  return PayoutStatus.PENDING;
}

const capabilityStates: ReadonlySet<string> = new Set([
  "active",
  "pending",
  "rejected",
  "restricted",
  "unsupported",
]);

function hasMethodFor(account: Account, currency: string | undefined): boolean {
  const methods = account.defaults?.payout_methods ?? {};
  if (!currency) return Object.values(methods).some(Boolean);
  return Boolean(methods[currency.toLowerCase()]);
}

/** Where a connected account is that has been paid nothing. */
export function connectedAccountStanding(account: ConnectedAccount, context: StripeContext): PayoutStatus {
  const { capabilities, requirements } = account;
  if (account.metadata?.pl_state === "void") return PayoutStatus.CANCELLED;
  if (isExpired(account.metadata, context)) return PayoutStatus.EXPIRED;
  if (requirements?.disabled_reason?.startsWith("rejected")) return PayoutStatus.INELIGIBLE;
  if (capabilities?.transfers === "active" && account.payouts_enabled)
    return PayoutStatus.REQUIRES_FULFILLMENT;
  const waitsForStripe =
    capabilities?.transfers === "pending" || (requirements?.currently_due?.length ?? 1) === 0;
  return waitsForStripe ? PayoutStatus.PENDING : PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
}
