import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "../../kit/cli.ts";
import { askPage, openForm } from "../support/clients/page-request.ts";
import { callLink, type LinkWish, makeLink, personWithAccount } from "../support/clients/recipient.ts";
import { newTemplateCopy, type TemplateCopy } from "../support/connectors/template-copy.ts";
import { keepTransferOnly, key } from "../support/connectors/transfer-only-copy.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";
import { type PayingProvider, startPayingProvider } from "../support/stages/paying-provider.ts";

/**
 * What somebody makes of the template whose provider has no links and can only pay: a folder with `transfer` and `methods`.
 * Our page then asks recipients where the money should go.
 */
const name = "payer";

let copy: TemplateCopy;
let provider: PayingProvider;
let service: RunningService;
const folder = temporaryFolder();

beforeAll(async () => {
  copy = await newTemplateCopy(name);
  keepTransferOnly(copy);
  await command("readme", name);
  provider = await startPayingProvider(key);
  service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_CONNECTORS_DIR: copy.folder,
      SLUICE_PAYER_URL: provider.url,
      SLUICE_LOG_LEVEL: "debug",
    },
  });
});
afterAll(async () => {
  await service.stop();
  await provider.close();
  copy.remove();
  folder.remove();
});

const wish: LinkWish = {
  connector: name,
  amount: 4200,
  headers: { "x-connector-config": JSON.stringify({ config: { Payer: { api_key: key } } }) },
};
const give = async (link: { readonly url: string; readonly merchantPayoutId: string }, account: string) => {
  const form = await openForm(link);
  return askPage(`${link.url}?step=details`, { body: { ...form, ...personWithAccount(account) } });
};

it("keeps every rule", async () => {
  const { code, output } = await command("check", name);
  expect(output).toMatch(/payer keeps all \d+ rules\./);
  expect(code).toBe(0);
});

it("has links of ours, whose recipients are paid where they say, once", async () => {
  const link = await makeLink(service, wish);
  expect(link.url).toContain(`${service.url}/l/`);
  expect(provider.payments).toEqual([]);
  expect((await give(link, "000123456789")).status).toBe(303);
  expect(provider.payments).toEqual([{ amount: 4200, currency: "USD", account: "000123456789" }]);
  expect(await callLink(service, "Get", link, wish)).toMatchObject({ payout_status: "SUCCESS" });
  expect((await askPage(link.url)).text).toContain('data-standing="paid"');
  expect(service.output()).not.toMatch(/000123456789|Lovelace|payer_test_canary/);
});

it("pays once where the reply is lost and the form comes again", async () => {
  const link = await makeLink(service, wish);
  const before = provider.payments.length;
  provider.loseNextReply();
  const form = await openForm(link);
  const body = { ...form, ...personWithAccount("000555555555") };
  await askPage(`${link.url}?step=details`, { body });
  await askPage(`${link.url}?step=details`, { body });
  await expect.poll(async () => (await callLink(service, "Get", link, wish)).payout_status).toBe("SUCCESS");
  expect(provider.payments.slice(before)).toHaveLength(1);
});

it("is told what is missing where it does not say how recipients can be paid", async () => {
  const other = await newTemplateCopy("forgetful");
  keepTransferOnly(other, "");
  const elsewhere = temporaryFolder();
  const forgetful = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${elsewhere.path}/sluice.db`,
      SLUICE_CONNECTORS_DIR: other.folder,
    },
  });
  const headers = { "x-connector-config": JSON.stringify({ config: { Forgetful: { api_key: key } } }) };
  await expect(makeLink(forgetful, { connector: "forgetful", headers })).rejects.toThrow(
    "Its methods are not listed",
  );
  await forgetful.stop();
  elsewhere.remove();
  other.remove();
});

async function command(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
  const lines: string[] = [];
  const code = await runCommand([...args, "--folder", copy.folder], (line) => lines.push(line));
  return { code, output: lines.join("\n") };
}
