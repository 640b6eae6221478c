import type { LinkPage, LinkVisit, Operation, OperationFunction } from "../../src/connector/contract.ts";
import type { StripeContext, StripeCredentials } from "./credentials.ts";

/** A way to pay with Stripe: its operations, as a connector has them. */
export type Model = {
  readonly [O in Operation]?: OperationFunction<O, StripeCredentials>;
} & {
  openLink(visit: LinkVisit, context: StripeContext): Promise<LinkPage>;
};
