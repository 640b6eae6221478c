import {
  defineConnector,
  Failure,
  type Operation,
  type OperationFunction,
  pageOptions,
} from "../../src/connector/contract.ts";
import type { AccountModel } from "./account-model.ts";
import { connect } from "./connect/index.ts";
import { credentials, type StripeCredentials } from "./credentials.ts";
import { errors } from "./errors.ts";
import { globalPayouts } from "./global-payouts/index.ts";
import { statuses } from "./map.ts";
import { methodCapabilities } from "./recipient.ts";
import { webhook } from "./webhook.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

const models: Readonly<Record<StripeCredentials["account_model"], AccountModel>> = {
  global_payouts: globalPayouts,
  connect,
};

/** Stripe: Global Payouts, or Connect for accounts that have only that. Links lead to Stripe's onboarding page. */
export default defineConnector<StripeCredentials>({
  name: "stripe",
  configKey: "Stripe",
  docs: "https://docs.stripe.com/global-payouts",
  hosts: { live: "https://api.stripe.com", test: "https://api.stripe.com" },
  credentials,
  legacyHeaders: { "x-api-key": "api_key" },
  authorize: ({ api_key }) => ({ authorization: `Bearer ${api_key.reveal()}` }),
  // v1 forgets keys after a day; v2 keeps them longer.
  idempotency: { windowMs: DAY_MS },
  statuses,
  errors,
  linkOptions: pageOptions,
  methods: [...methodCapabilities.keys()],
  visible: ["object", "status", "currency", "livemode", "closed", "created", "type", "code"],
  webhook,

  createLink: byModel("createLink"),
  openLink: (visit, context) => models[context.credentials.account_model].openLink(visit, context),
  create: byModel("create"),
  transfer: byModel("transfer"),
  get: byModel("get"),
  void: byModel("void"),
  stage: byModel("stage"),
  createRecipient: byModel("createRecipient"),
  enrollDisburseAccount: byModel("enrollDisburseAccount"),
  eligibility: byModel("eligibility"),
});

/** An operation of the caller's account model. */
function byModel<O extends Operation>(operation: O): OperationFunction<O, StripeCredentials> {
  return async (request, context) => {
    const execute: OperationFunction<O, StripeCredentials> | undefined =
      models[context.credentials.account_model][operation];
    if (execute) return execute(request, context);
    throw new Failure(
      "UNSUPPORTED_OPERATION",
      `stripe has no ${operation} with account_model: connect. Use account_model: global_payouts.`,
      { metadata: { connector: "stripe" } },
    );
  };
}
