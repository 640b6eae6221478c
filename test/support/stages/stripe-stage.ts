import { afterAll, afterEach, beforeAll } from "vitest";
import { CountryAlpha2 } from "../../../src/gen/types/address_pb.ts";
import { Currency } from "../../../src/gen/types/money_pb.ts";
import type { RecordedRequest } from "../../fakes/stripe/endpoints.ts";
import { type FakeStripe, startFakeStripe } from "../../fakes/stripe/fake-stripe.ts";
import { type StripePayout, stripeClient, stripePayout, type WrittenCredentials } from "./stripe-payout.ts";

/** A fake Stripe for the tests of a file, and payouts at it. */
export interface StripeStage {
  readonly fake: FakeStripe;
  /** A payout that nothing has been done for, paid from the fake's financial account. */
  payout(written?: WrittenCredentials, facts?: Partial<StripePayout["facts"]>): StripePayout;
  /** A link whose recipient has given everything. */
  payableLink(written?: WrittenCredentials): Promise<StripePayout & { readonly account: string }>;
  /** Such a link after Transfer. */
  paid(written?: WrittenCredentials): Promise<StripePayout & { readonly account: string }>;
  /** Requests that changed something, since the test began. */
  posts(): readonly RecordedRequest[];
}

/** Ten dollars, as a request names them. */
export const dollars = {
  amount: { minorAmount: 1000n, currency: Currency.USD },
  destinationCurrency: Currency.USD,
};

/** Somebody in the United States, as a request names them. */
export const ada = {
  customer: { email: { value: "ada@example.com" }, firstName: "Ada", lastName: "Lovelace" },
  address: { billingAddress: { countryAlpha2Code: CountryAlpha2.US } },
};

/** Starts a fake for all tests of the file, and heals it between them. */
export function stripeStage(): StripeStage {
  let fake: FakeStripe;
  let client: ReturnType<typeof stripeClient>;
  beforeAll(async () => {
    fake = await startFakeStripe();
    client = stripeClient(fake.url);
  });
  afterAll(async () => {
    await client.close();
    await fake.close();
  });
  afterEach(() => {
    fake.control.heal();
    fake.control.clearRequests();
  });
  const stage: StripeStage = {
    get fake() {
      return fake;
    },
    payout: (written, facts) =>
      stripePayout(client, { financial_account: fake.control.financialAccount, ...written }, facts),
    async payableLink(written) {
      const made = stage.payout(written);
      await made.call("createLink", { ...dollars, ...ada });
      const account = made.facts.connectorPayoutId ?? "";
      fake.control.completeOnboarding(account);
      return Object.assign(made, { account });
    },
    async paid(written) {
      const made = await stage.payableLink(written);
      await made.call("transfer", dollars);
      return made;
    },
    posts: () => fake.control.requests().filter(({ method }) => method === "POST"),
  };
  return stage;
}
