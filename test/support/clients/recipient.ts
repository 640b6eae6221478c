import type { Page } from "playwright-core";
import type { RunningService } from "../service/service.ts";

/** A link as its caller got it. */
export interface MadeLink {
  readonly url: string;
  readonly merchantPayoutId: string;
}

/** What a caller asks of a link, as in its JSON. */
export interface LinkWish {
  readonly options?: object;
  readonly connector?: string;
  /** Minor units of US dollars. */
  readonly amount?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** More fields of the request. */
  readonly body?: object;
}

/** Makes a link. */
export async function makeLink(service: Pick<RunningService, "url">, wish: LinkWish = {}): Promise<MadeLink> {
  const merchantPayoutId = `order-${++count}-${process.pid}`;
  const reply = await call(service, "CreateLink", wish, {
    merchant_payout_id: merchantPayoutId,
    amount: { minor_amount: String(wish.amount ?? 123456), currency: "USD" },
    destination_currency: "USD",
    ...(wish.options && { link_options: wish.options }),
    ...wish.body,
  });
  return { url: (reply.payout_link as { url: string }).url, merchantPayoutId };
}

/** Asks the API about a link. */
export function callLink(
  service: Pick<RunningService, "url">,
  rpc: "Get" | "Void",
  { merchantPayoutId }: MadeLink,
  wish: LinkWish = {},
): Promise<Record<string, unknown>> {
  return call(service, rpc, wish, { merchant_payout_id: merchantPayoutId });
}

async function call(
  service: Pick<RunningService, "url">,
  rpc: string,
  { connector = "sandbox", headers }: LinkWish,
  body: object,
): Promise<Record<string, unknown>> {
  const reply = await fetch(`${service.url}/types.PayoutService/${rpc}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-connector": connector, ...headers },
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${rpc} answered ${reply.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** What a person in the United States writes into the form, with their account's number. */
export function personWithAccount(accountNumber: string): Readonly<Record<string, string>> {
  return {
    routingNumber: "110000000",
    accountNumber,
    firstName: "Ada",
    lastName: "Lovelace",
    country: "US",
    line1: "12 Main Street",
    city: "Springfield",
    region: "IL",
    postalCode: "62701",
  };
}

/** Fills in a form by the names of its fields. */
export async function fillIn(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`#${name}`);
    if ((await field.evaluate((element) => element.tagName)) === "SELECT") {
      if ((await field.inputValue()) !== value) await field.selectOption(value);
    } else {
      await field.fill(value);
    }
  }
}

/** Which page is shown: where the link stands, and `details` for the form. */
export function standing(page: Page): Promise<string | null> {
  return page.locator("main").getAttribute("data-standing");
}

/** Waits for the page of a standing. */
export async function until(page: Page, name: string): Promise<void> {
  await page.locator(`main[data-standing="${name}"]`).waitFor();
}

let count = 0;
