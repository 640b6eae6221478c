import { defineConnector, PayoutMethodKind } from "../../src/connector/contract.ts";
import { authorize, credentials, type FinixCredentials } from "./credentials.ts";
import { errors } from "./errors.ts";
import { methods } from "./link-options.ts";
import { cancel, createLink, get } from "./links.ts";
import { findEarlierSend } from "./lookup.ts";
import { statuses } from "./map.ts";
import { createRecipient } from "./recipients.ts";
import { webhook } from "./webhook.ts";

/** Finix pays people through links to pages that it hosts. */
export default defineConnector<FinixCredentials>({
  name: "finix",
  configKey: "Finix",
  docs: "https://docs.finix.com/api/payout-links",
  hosts: {
    live: "https://finix.live-payments-api.com",
    test: "https://finix.sandbox-payments-api.com",
  },
  environment: ({ environment }) => environment,
  credentials,
  legacyHeaders: { "x-api-key": "username", "x-key1": "password" },
  authorize,
  idempotency: { lookup: findEarlierSend },
  statuses,
  errors,
  linkOptions: [
    "nickname",
    "expires_in",
    "allowed_methods",
    "branding",
    "items",
    "terms_url",
    "success_url",
    "failure_url",
    "expired_url",
    "recipient",
    "metadata",
  ],
  methods,
  currencies: ["USD"],
  countries: ["US"],
  visible: ["state", "code", "logref", "currency"],
  arrivalDays: { [PayoutMethodKind.CARD]: [0, 0] },
  webhook,

  createLink,
  get,
  void: cancel,
  createRecipient,
});
