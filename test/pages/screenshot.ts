import { statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { startBrowser } from "../support/clients/browser.ts";
import { fillIn, makeLink } from "../support/clients/recipient.ts";
import { startService, temporaryFolder } from "../support/service/service.ts";

/** `npm run screenshot` takes the README's picture of the recipient's pages anew. Needs Chromium. */

const file = fileURLToPath(new URL("../../docs/pictures/pages.png", import.meta.url));
const MAX_BYTES = 120_000;
const phone = { width: 375, height: 848 };

/** Pictures that the link names, drawn here: nothing is fetched. */
const pictures: Readonly<Record<string, string>> = {
  logo: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 232 40"><path d="M4 32 20 6l16 26h-9l-7-12-7 12z" fill="#0f766e"/><text x="46" y="29" font-family="sans-serif" font-size="22" font-weight="700" fill="#0f766e">Alpine Sound</text></svg>`,
  stage: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 52 52"><rect width="52" height="52" fill="#d1fae5"/><circle cx="26" cy="20" r="8" fill="none" stroke="#0f766e" stroke-width="3"/><path d="M14 42c2-9 22-9 24 0" fill="none" stroke="#0f766e" stroke-width="3"/></svg>`,
  train: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 52 52"><rect width="52" height="52" fill="#fef3c7"/><rect x="15" y="10" width="22" height="26" rx="5" fill="none" stroke="#b45309" stroke-width="3"/><path d="M15 26h22M18 44l4-8M34 44l-4-8" stroke="#b45309" stroke-width="3"/></svg>`,
};
const picture = (name: string) => `https://pictures.example/${name}.svg`;

const options = {
  branding: {
    sender_name: "Alpine Sound",
    brand_color: "#0f766e",
    logo_url: picture("logo"),
  },
  description: "Autumn tour, settlement 4 of 4",
  items: [
    {
      name: "Evenings on stage",
      description: "Zurich and Geneva",
      quantity: 2,
      minor_amount: 55000,
      image_url: picture("stage"),
    },
    { name: "Travel", description: "As agreed", minor_amount: 13450, image_url: picture("train") },
  ],
  memo: "Thank you for a wonderful tour!",
  terms_url: "https://alpine-sound.example/terms",
  allowed_methods: ["PAYOUT_METHOD_KIND_US_BANK", "PAYOUT_METHOD_KIND_IBAN", "PAYOUT_METHOD_KIND_CARD"],
};

async function onPhone(open: () => Promise<Page>, url: string): Promise<Page> {
  const page = await open();
  await page.route("https://pictures.example/*", (route) => {
    const [, name = ""] = /(\w+)\.svg$/.exec(route.request().url()) ?? [];
    return route.fulfill({ contentType: "image/svg+xml", body: pictures[name] ?? "" });
  });
  await page.goto(url, { waitUntil: "networkidle" });
  return page;
}

const taken = async (page: Page) => `data:image/png;base64,${(await page.screenshot()).toString("base64")}`;

const folder = temporaryFolder();
const service = await startService({
  environment: { SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db` },
});
const browser = await startBrowser();
try {
  const { url } = await makeLink(service, { amount: 123450, options });
  const open = () => browser.page({ viewport: phone });
  const landing = await onPhone(open, url);
  const form = await onPhone(open, `${url}?step=details`);
  await fillIn(form, { routingNumber: "110000000", accountNumber: "000123456789" });
  await form.evaluate("document.activeElement.blur(); scrollTo(0, 0)");
  const both = await browser.page({ viewport: { width: 798, height: 872 } });
  const phones = [await taken(landing), await taken(form)].map(
    (source) =>
      `<img src="${source}" width="${phone.width}" height="${phone.height}" style="border:1px solid #c3cad2;border-radius:22px">`,
  );
  await both.setContent(
    `<body style="margin:0;height:872px;display:flex;gap:24px;align-items:center;justify-content:center;background:#fff">${phones.join("")}</body>`,
  );
  writeFileSync(file, await both.screenshot());
  const { size } = statSync(file);
  if (size > MAX_BYTES)
    throw new Error(`${file} has ${size} bytes; the README's pictures have at most ${MAX_BYTES}.`);
  console.log(`Wrote ${file}: ${size} bytes.`);
} finally {
  await browser.close();
  await service.stop();
  folder.remove();
}
