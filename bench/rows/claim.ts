import { percentileOf } from "../percentile.ts";
import { headersOf, makeLinks, manyRecipients } from "../recipient.ts";
import type { Row } from "../row.ts";
import { callJson, seededMerchant } from "../seeded-links.ts";

const CLAIMS = 300;

/** From a recipient's sending of the form until the payment is under way and on disk, one after the other. */
export const claim: Row = async (workshop) => {
  await using service = await workshop.startSluice(manyRecipients);
  const links = await makeLinks(service.url, CLAIMS);
  const times: number[] = [];
  for (const [number, link] of links.entries()) times.push(await claimMs(link, number));
  await requirePending(service.url, CLAIMS - 1);
  return [
    { what: "Claim sent to payment PENDING, p50", unit: "ms", ours: percentileOf(times, 50) },
    { what: "Claim sent to payment PENDING, p99", unit: "ms", ours: percentileOf(times, 99) },
  ];
};

/** Its account number is the sandbox's for a payment that takes a while. */
const given = {
  accountNumber: "00002001",
  routingNumber: "110000000",
  firstName: "Jenny",
  lastName: "Rosen",
  line1: "1 Main Street",
  city: "Springfield",
  region: "IL",
  postalCode: "62701",
  country: "US",
};

async function claimMs(link: string, recipient: number): Promise<number> {
  const url = `${link}?step=details&kind=personal&method=us_bank&country=US`;
  const headers = { ...headersOf(recipient), origin: new URL(link).origin, "sec-fetch-site": "same-origin" };
  const page = await (await fetch(url, { headers })).text();
  const hidden = Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  );
  const body = new URLSearchParams({ ...hidden, ...given, do: "claim" });
  const startedAt = performance.now();
  const reply = await fetch(url, { method: "POST", headers, body, redirect: "manual" });
  const ms = performance.now() - startedAt;
  if (reply.status !== 303) throw new Error(`A claim answered ${reply.status}: ${await reply.text()}`);
  return ms;
}

async function requirePending(url: string, number: number): Promise<void> {
  const payout = await callJson(url, "types.PayoutService/Get", seededMerchant, {
    merchant_payout_id: `recipient-${number}`,
  });
  const { payout_status: status } = payout as { payout_status?: string };
  if (status !== "PENDING") throw new Error(`A claimed payout is ${status} and not PENDING.`);
}
