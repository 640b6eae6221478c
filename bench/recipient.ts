import { callJson, seededMerchant } from "./seeded-links.ts";

/** What the pages must be told so that one machine may play many recipients. */
export const manyRecipients = { SLUICE_TRUSTED_PROXIES: "1" };

/** Headers of a recipient whom no other recipient's requests count against. */
export function headersOf(recipient: number): Readonly<Record<string, string>> {
  return { "x-forwarded-for": `198.18.${(recipient >> 8) & 255}.${recipient & 255}` };
}

/** URLs of so many new links on the sandbox. */
export async function makeLinks(url: string, count: number): Promise<readonly string[]> {
  const links: string[] = [];
  for (let made = 0; made < count; made++) {
    const reply = await callJson(url, "types.PayoutService/CreateLink", seededMerchant, {
      merchant_payout_id: `recipient-${made}`,
      amount: { minor_amount: "125000", currency: "USD" },
      destination_currency: "USD",
      link_options: {
        description: "Winnings of week 47",
        items: [{ name: "First prize", quantity: 1, minor_amount: "125000" }],
        branding: { sender_name: "Acme Games", accent_color: "#0a7d4f" },
      },
    });
    links.push((reply as { payout_link: { url: string } }).payout_link.url);
  }
  return links;
}
