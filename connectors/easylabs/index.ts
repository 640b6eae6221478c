import { defineConnector, PayoutMethodKind, type Request } from "../../src/connector/contract.ts";
import { credentials, environmentOf } from "./credentials.ts";
import { createLink, get } from "./links.ts";
import { findLink } from "./lookup.ts";
import * as shapes from "./shapes.ts";
import { statuses } from "./status.ts";
import { webhook } from "./webhook.ts";

/** Easy Labs: links to its own page, where the holder of a link gives a US bank account and is paid at once. */
export default defineConnector({
  name: "easylabs",
  configKey: "EasyLabs",
  docs: "https://docs.itseasy.co/docs/treasury/guides/generate-payout-link",
  hosts: {
    live: "https://api.itseasy.co/v1/api",
    test: "https://sandbox-api.itseasy.co/v1/api",
  },
  environment: environmentOf,
  credentials,
  legacyHeaders: { "x-api-key": "api_key" },
  authorize: ({ api_key }) => ({ "x-easy-api-key": api_key.reveal() }),
  // Easy Labs identifies a link by its token alone, and the token is enough to claim the money.
  secretIds: true,
  idempotency: {
    lookup: async (operation, request, context) =>
      operation === "createLink" ? findLink(request as Request<"createLink">, context) : undefined,
  },
  statuses,
  errors: {
    read: (body) => {
      const { code, message } = shapes.error.safeParse(body).data?.error ?? {};
      return { code: code ?? "", message: message ?? "" };
    },
    reasons: { VALIDATION_ERROR: "PROVIDER_REJECTED_REQUEST" },
  },
  linkOptions: ["description"],
  methods: [PayoutMethodKind.US_BANK],
  currencies: ["USD"],
  countries: ["US"],
  visible: ["success", "status", "currency", "code"],
  webhook,

  createLink,
  get,
});
