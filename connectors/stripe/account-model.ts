import {
  type LinkPage,
  type LinkVisit,
  type Operation,
  type OperationFunction,
  PayoutStatus,
  type Reply,
  type Request,
} from "../../src/connector/contract.ts";
import { readAmount } from "./amount.ts";
import type { StripeContext, StripeCredentials } from "./credentials.ts";
import { payoutMetadata } from "./map.ts";
import { isKnown, type KnownRecipient, missingRecipient, readRecipient } from "./recipient.ts";
import { readNamedAccount, readTarget, type StripeId } from "./stripe-id.ts";

/** One way to pay with Stripe: the operations that it has, as a connector has them. */
export type AccountModel = {
  readonly [O in Operation]?: OperationFunction<O, StripeCredentials>;
} & {
  openLink(visit: LinkVisit, context: StripeContext): Promise<LinkPage>;
};

/** The recipients' accounts of a model. An account is the link: {@link linkOperations} are the same over any of them. */
export interface Accounts<A extends { readonly id: string }> {
  read(id: string, context: StripeContext): Promise<A>;
  /** The status of a payout to an account that has not been paid yet. */
  statusOf(account: A, context: StripeContext): PayoutStatus;
  /** Returns the new account's id. */
  create(
    recipient: KnownRecipient,
    metadata: Record<string, string>,
    context: StripeContext,
  ): Promise<string>;
  /** The cheapest read that needs the permission that links need anyway, so that restricted keys pass. */
  checkKey(context: StripeContext): Promise<void>;
  /** @throws Failure UNSUPPORTED_OPTION for link options that the model has no place for. */
  checkOptions(request: Request<"createLink">): void;
  /** The page that continues what a payout's id names; undefined if it has no account yet. */
  pageOf(target: StripeId, context: StripeContext): Promise<AccountPage | undefined>;
  /** Creates a page that lives minutes, and returns its URL. */
  createPage(page: AccountPage, visit: LinkVisit, context: StripeContext): Promise<string>;
}

/** A page of Stripe's on which a recipient gives their details, or corrects them. */
export interface AccountPage {
  readonly account: string;
  readonly useCase: "account_onboarding" | "account_update";
}

/** The operations that create accounts and open their pages. */
export function linkOperations<A extends { readonly id: string }>(accounts: Accounts<A>) {
  return {
    /**
     * Creates the recipient's account, which is the link. Without e-mail and country it only checks the key, and the account
     * is created once the recipient has given them.
     */
    createLink: async (
      request: Request<"createLink">,
      context: StripeContext,
    ): Promise<Reply<"createLink">> => {
      readAmount(request, context);
      accounts.checkOptions(request);
      const named = readNamedAccount(request);
      if (named) {
        const account = await accounts.read(named, context);
        return { payoutStatus: accounts.statusOf(account, context), connectorPayoutId: account.id };
      }
      const recipient = readRecipient(request);
      const payoutStatus = PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
      if (isKnown(recipient)) {
        const connectorPayoutId = await accounts.create(recipient, payoutMetadata(context), context);
        return { payoutStatus, connectorPayoutId };
      }
      await accounts.checkKey(context);
      return { payoutStatus };
    },

    /** Opens a page for the recipient who has just arrived, and creates their account if there is none. */
    openLink: async (visit: LinkVisit, context: StripeContext): Promise<LinkPage> => {
      const target = readTarget({}, { ...context, payout: visit.payout });
      const page = target && (await accounts.pageOf(target, context));
      if (page) return { url: await accounts.createPage(page, visit, context) };
      const recipient = { ...readRecipient({}), email: visit.email, country: visit.country };
      if (!isKnown(recipient)) throw missingRecipient(recipient);
      const account = await accounts.create(recipient, payoutMetadata(context), context);
      const url = await accounts.createPage({ account, useCase: "account_onboarding" }, visit, context);
      return { url, connectorPayoutId: account };
    },

    /** Registers a recipient who may be paid many times, so the account carries no payout's metadata. */
    createRecipient: async (
      request: Request<"createRecipient">,
      context: StripeContext,
    ): Promise<Reply<"createRecipient">> => {
      const recipient = readRecipient(request);
      if (!isKnown(recipient)) throw missingRecipient(recipient);
      const { merchantPayoutId } = request;
      const metadata = { pl_v: "1", ...(merchantPayoutId && { merchant_payout_id: merchantPayoutId }) };
      return {
        payoutStatus: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
        connectorPayoutId: await accounts.create(recipient, metadata, context),
      };
    },
  };
}
