import { z } from "zod";
import { ApiError } from "./api-error.ts";
import { type Route, route, webUrl } from "./route.ts";
import type { State } from "./state.ts";
import { recipient } from "./v2-accounts.ts";

const LINK_LIFETIME_MS = 10 * 60_000;

const linkTarget = z.strictObject({
  refresh_url: webUrl,
  return_url: webUrl.optional(),
  collection_options: z
    .strictObject({ fields: z.enum(["currently_due", "eventually_due"]), future_requirements: z.string() })
    .partial()
    .optional(),
});

const linkCreation = z.strictObject({
  account: z.string(),
  use_case: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("account_onboarding"), account_onboarding: linkTarget }),
    z.strictObject({ type: z.literal("account_update"), account_update: linkTarget }),
  ]),
});

/** v2 core: account links. */
export const v2AccountLinkRoutes: readonly Route[] = [
  route("POST", "/v2/core/account_links", linkCreation, createLink),
];

function createLink(parameters: z.infer<typeof linkCreation>, { state }: { state: State }): object {
  const account = recipient(state, parameters.account);
  if (account.closed) {
    throw new ApiError(400, { code: "account_closed", message: "The account is closed." });
  }
  const target =
    parameters.use_case.type === "account_update"
      ? parameters.use_case.account_update
      : parameters.use_case.account_onboarding;
  const id = state.newId("alu_test_");
  const createdMs = state.nowMs();
  state.links.set(id, {
    id,
    account: account.id,
    expiresMs: createdMs + LINK_LIFETIME_MS,
    refreshUrl: target.refresh_url,
    returnUrl: target.return_url,
    used: false,
  });
  return {
    object: "v2.core.account_link",
    account: account.id,
    created: new Date(createdMs).toISOString(),
    expires_at: new Date(createdMs + LINK_LIFETIME_MS).toISOString(),
    livemode: false,
    url: `${state.url}/r/${account.id}?link=${id}`,
    use_case: parameters.use_case,
  };
}
