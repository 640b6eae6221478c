import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import type { Workshop } from "./workshop.ts";

/** The merchant whose links the seeded ledger holds, as headers. */
export const seededMerchant = { "x-connector": "sandbox", "x-merchant-id": "merchant_bench" };

/**
 * A SQLite ledger with so many links of one merchant, a second apart. They are copies of one that was made by a call, so
 * that the schema is the service's own. Returns its folder's database URL.
 */
export async function seedLinks(workshop: Workshop, count: number): Promise<string> {
  const path = join(workshop.folder(), "sluice.db");
  const environment = { SLUICE_DATABASE_URL: `sqlite:${path}` };
  {
    await using service = await workshop.startSluice(environment);
    await callJson(service.url, "types.PayoutService/CreateLink", seededMerchant, {
      merchant_payout_id: "seed-0",
      amount: { minor_amount: "1000", currency: "USD" },
      destination_currency: "USD",
    });
    // The log of the database is written back when the last process lets go of it.
    await setTimeout(50);
  }
  const database = new DatabaseSync(path);
  database.exec("pragma synchronous = off");
  database.exec(copies(database, count));
  database.exec("pragma wal_checkpoint(truncate)");
  database.close();
  return environment.SLUICE_DATABASE_URL;
}

/** Calls an RPC as JSON over HTTP. */
export async function callJson(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<unknown> {
  const reply = await fetch(`${url}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${method} answered ${reply.status}: ${await reply.text()}`);
  return reply.json();
}

const different: Readonly<Record<string, string>> = {
  id: "printf('00000000-0000-7000-8000-%012x', i)",
  merchant_payout_id: "'seed-' || i",
  connector_payout_id: "'seed_' || i",
  link_token_hash: "'seed ' || i",
  created_at_ms: "created_at_ms - 1000 * i",
};

function copies(database: DatabaseSync, count: number): string {
  const columns = database.prepare("select name from pragma_table_info('payout')").all() as {
    name: string;
  }[];
  const names = columns.map(({ name }) => name);
  const values = names.map((name) => different[name] ?? name);
  return `insert into payout (${names.join(", ")})
    with recursive number(i) as (select 1 union all select i + 1 from number where i < ${count - 1})
    select ${values.join(", ")} from number, (select * from payout limit 1)`;
}
