import { ApiError, invalidParameter, unauthorized } from "./api-error.ts";
import type { Call } from "./endpoints.ts";

/** The only API version that the fake takes: that of the SDK in use. */
export const API_VERSION = "2026-10-28.endive";

/** The permissions and features that a test has switched off. */
export interface Restrictions {
  /** `METHOD /path` prefixes that the key may not call, answered with 403. */
  readonly forbidden: Set<string>;
  /** Path prefixes whose feature is off, answered with feature_not_enabled. */
  readonly disabled: Set<string>;
}

/** The rules before an endpoint is looked at: key, version, content type, permission, feature. @throws ApiError */
export function admit(call: Call, { forbidden, disabled }: Restrictions): void {
  const key = /^Bearer (.+)$/.exec(call.headers.authorization ?? "")?.[1];
  if (key === undefined) throw unauthorized("No API key was given. Send it as a bearer token.");
  if (!/^[sr]k_test_\w+$/.test(key)) {
    throw unauthorized("Invalid API key: this fake takes sk_test_… and rk_test_….");
  }
  if (call.headers["stripe-version"] !== API_VERSION) {
    throw invalidParameter(call.api, "Stripe-Version", `Send Stripe-Version: ${API_VERSION}.`);
  }
  const expected = call.api === "v1" ? "application/x-www-form-urlencoded" : "application/json";
  if (call.method === "POST" && !call.headers["content-type"]?.startsWith(expected)) {
    throw invalidParameter(call.api, "Content-Type", `Send ${expected}.`);
  }
  const request = `${call.method} ${call.path}`;
  const refused = [...forbidden].find((prefix) => request.startsWith(prefix));
  if (refused) {
    throw new ApiError(403, {
      type: "invalid_request_error",
      message: `The provided key does not have the permissions that ${refused} requires.`,
    });
  }
  if ([...disabled].some((prefix) => call.path.startsWith(prefix))) {
    throw new ApiError(400, {
      type: "feature_not_enabled",
      code: "feature_not_enabled",
      message: "This account has not enabled the feature.",
    });
  }
}
