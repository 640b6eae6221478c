import type { MeasuredProcess } from "../measured-process.ts";
import { interleave, medianOf } from "../rounds.ts";
import type { Row } from "../row.ts";
import { callJson, seededMerchant, seedLinks } from "../seeded-links.ts";

const LINKS = 1_000_000;
const PAGE = 50;
const CALLS = 200;

/** A page of a merchant's links, among a million and among no more than the page. */
export const list: Row = async (workshop) => {
  await using processes = new AsyncDisposableStack();
  const start = async (count: number) =>
    processes.use(await workshop.startSluice({ SLUICE_DATABASE_URL: await seedLinks(workshop, count) }));
  const [full, small] = [await start(LINKS), await start(PAGE)];
  const deep = await tokenAfter(full, 20);
  const found = await interleave(5, {
    full: () => pageMs(full, {}),
    deep: () => pageMs(full, { page_token: deep }),
    small: () => pageMs(small, {}),
  });
  const itself = (value: number) => value;
  const reference = medianOf(found.small, itself);
  return [
    {
      what: `List of ${PAGE} links among ${LINKS.toLocaleString("en")} (among ${PAGE}), p50`,
      unit: "ms",
      ours: medianOf(found.full, itself),
      reference,
      target: { of: "ratio", atMost: 1.3 },
    },
    {
      what: "List, the 21st page (a first page among few), p50",
      unit: "ms",
      ours: medianOf(found.deep, itself),
      reference,
    },
  ];
};

async function pageMs(service: MeasuredProcess, fields: object): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < CALLS; count++) {
    const startedAt = performance.now();
    await listPage(service, fields);
    times.push(performance.now() - startedAt);
  }
  return medianOf(times, (value) => value);
}

async function tokenAfter(service: MeasuredProcess, pages: number): Promise<string> {
  let token = "";
  for (let page = 0; page < pages; page++)
    token = (await listPage(service, { page_token: token })).next_page_token;
  return token;
}

async function listPage(service: MeasuredProcess, fields: object): Promise<{ next_page_token: string }> {
  const body = { page_size: PAGE, ...fields };
  const page = await callJson(service.url, "sluice.v1.PayoutLinkService/List", seededMerchant, body);
  const { links = [], next_page_token = "" } = page as { links?: unknown[]; next_page_token?: string };
  if (links.length !== PAGE) throw new Error(`A page held ${links.length} links instead of ${PAGE}.`);
  return { next_page_token };
}
