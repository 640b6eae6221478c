import { ApiError, invalidParameter } from "./api-error.ts";
import type { Call } from "./endpoints.ts";
import { check, readPairs } from "./parameters.ts";
import type { Route } from "./route.ts";
import type { State } from "./state.ts";
import { v1AccountRoutes } from "./v1-accounts.ts";
import { v1BalanceRoutes } from "./v1-balance.ts";
import { v1PayoutRoutes } from "./v1-payouts.ts";
import { v1TransferRoutes } from "./v1-transfers.ts";
import { v2AccountLinkRoutes } from "./v2-account-links.ts";
import { v2AccountRoutes } from "./v2-accounts.ts";
import { v2IntentRoutes } from "./v2-intents.ts";
import { v2PaymentRoutes } from "./v2-payments.ts";
import { v2PayoutMethodRoutes } from "./v2-payout-methods.ts";

const routes = [
  ...v2AccountRoutes,
  ...v2AccountLinkRoutes,
  ...v2PaymentRoutes,
  ...v2IntentRoutes,
  ...v2PayoutMethodRoutes,
  ...v1AccountRoutes,
  ...v1TransferRoutes,
  ...v1PayoutRoutes,
  ...v1BalanceRoutes,
].map((route) => ({ route, segments: route.path.split("/") }));

/** Finds the endpoint of a call, checks its parameters, and runs its handler. @throws ApiError */
export function execute(call: Call, state: State): object {
  const { route, ids } = find(call);
  const parameters = check(call.api, route.parameters, parametersOf(call));
  return route.handle(parameters as never, { state, ids, account: call.record.account });
}

function find(call: Call): { route: Route; ids: string[] } {
  const parts = call.path.split("/");
  for (const { route, segments } of routes) {
    if (route.method !== call.method || segments.length !== parts.length) continue;
    const ids = matchIds(segments, parts);
    if (ids) return { route, ids };
  }
  throw new ApiError(404, {
    type: "invalid_request_error",
    message: `Unrecognized request URL (${call.method}: ${call.path}).`,
  });
}

function matchIds(segments: readonly string[], parts: readonly string[]): string[] | undefined {
  const ids: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? "";
    if (segment === ":id" && part !== "") ids.push(decodeURIComponent(part));
    else if (segment !== part) return undefined;
  }
  return ids;
}

function parametersOf(call: Call): unknown {
  if (call.method === "GET") return readPairs(call.query);
  if (call.api === "v1") return readPairs(call.record.body);
  try {
    return call.record.body === "" ? {} : JSON.parse(call.record.body);
  } catch {
    throw invalidParameter("v2", "body", "The body is not JSON.");
  }
}
