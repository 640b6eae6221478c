import type { JourneyStage, Reply } from "./stage.ts";

/** One request, and what must exist before it is sent. */
export interface Journey {
  /** As it is printed. */
  readonly title: string;
  /** Returns the request, ready to be sent. */
  prepare(stage: JourneyStage): Promise<() => Promise<void>>;
}

/** The requests that are measured, by the names of their bounds. */
export const journeys = {
  sandboxCreateLink: {
    title: "CreateLink on the sandbox, over gRPC",
    async prepare({ call }) {
      const body = { merchant_payout_id: nextId(), ...payout };
      return async () => requireStatus(await call("createLink", sandbox, body), waitsForDetails);
    },
  },
  sandboxClaim: {
    title: "A recipient's claim on the sandbox, until it is paid",
    async prepare({ call }) {
      const { payout_link: link } = await call("createLink", sandbox, {
        merchant_payout_id: nextId(),
        ...payout,
      });
      const form = `${link?.url}?step=details&kind=personal&method=us_bank&country=US`;
      const body = new URLSearchParams({ ...(await hiddenFields(form)), ...details, do: "claim" });
      const headers = { origin: new URL(form).origin, "sec-fetch-site": "same-origin" };
      return async () => {
        const reply = await fetch(form, { method: "POST", headers, body, redirect: "manual" });
        if (reply.status !== 303) throw new Error(`The claim was answered with ${reply.status}, not 303.`);
      };
    },
  },
  stripeGet: {
    title: "Get of a Stripe link that has not changed",
    async prepare({ call, stripe }) {
      const merchantPayoutId = nextId();
      const body = { merchant_payout_id: merchantPayoutId, ...payout, ...recipient };
      requireStatus(await call("createLink", stripe, body), waitsForDetails);
      return async () =>
        requireStatus(await call("get", stripe, { merchant_payout_id: merchantPayoutId }), waitsForDetails);
    },
  },
  stripeCreateLink: {
    title: "CreateLink on Stripe, over gRPC",
    async prepare({ call, stripe }) {
      const body = { merchant_payout_id: nextId(), ...payout, ...recipient };
      return async () => requireStatus(await call("createLink", stripe, body), waitsForDetails);
    },
  },
} satisfies Readonly<Record<string, Journey>>;

export type JourneyName = keyof typeof journeys;

const sandbox = { "x-connector": "sandbox" };
const waitsForDetails = "REQUIRES_PAYOUT_METHOD_DATA";

const payout = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };

/** What Stripe needs to make the recipient's account at once. */
const recipient = {
  customer: { email: { value: "ada@example.com" }, first_name: "Ada", last_name: "Lovelace" },
  address: { billing_address: { country_alpha2_code: "US" } },
};

/** What a recipient writes into the form. The sandbox pays this account at once. */
const details = {
  accountNumber: "000123456789",
  routingNumber: "110000000",
  firstName: "Ada",
  lastName: "Lovelace",
  line1: "12 Main Street",
  city: "Springfield",
  region: "IL",
  postalCode: "62701",
  country: "US",
};

let lastId = 0;

function nextId(): string {
  return `journey-${++lastId}`;
}

function requireStatus({ payout_status: status }: Reply, expected: string): void {
  if (status !== expected) throw new Error(`The payout is ${status}, not ${expected}.`);
}

async function hiddenFields(url: string): Promise<Readonly<Record<string, string>>> {
  const page = await (await fetch(url)).text();
  const fields = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]));
}
