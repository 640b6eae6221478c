import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { anIntent } from "../../test/support/stores/ledger-facts.ts";
import { engines, type LedgerEngine, ledgerAt } from "../../test/support/stores/ledgers.ts";
import { readMigrations } from "./migrations.ts";
import { BINARY } from "./sql/sql.ts";
import { makeSqliteFile } from "./sqlite/file.ts";

const writer = fileURLToPath(new URL("../../test/support/stores/ledger-writer.ts", import.meta.url));
const [sqlite] = engines;

describe("a database URL", () => {
  it.each([
    ["mysql://user:hunter2@host/name", /begins with "mysql:"/],
    ["sqlite:", /names no ledger/],
    ["sqlite::memory:", /names no ledger/],
    ["data/sluice.db", /names no ledger/],
    ["", /names no ledger/],
  ])("%s is refused with what to write, and without its password", async (url, words) => {
    const error: unknown = await ledgerAt(url).catch((cause: unknown) => cause);
    expect(String(error)).toMatch(words);
    expect(String(error)).toMatch(/Write sqlite:data\/sluice\.db .* or postgres:\/\//);
    expect(String(error)).not.toMatch(/hunter2/);
  });

  it("of a server that is not there is refused with what to do", async () => {
    const opening = ledgerAt("postgres://user:hunter2@127.0.0.1:1/name");
    await expect(opening).rejects.toThrow(/nothing answers there\. Start the server, or correct the URL/);
    await expect(opening).rejects.not.toThrow(/hunter2/);
  });
});

const old = { tenantId: "t", merchantId: "m" };
const everything = {
  states: [],
  connector: undefined,
  merchantPayoutIdPrefix: undefined,
  createdFromMs: undefined,
  createdBeforeMs: undefined,
  metadataKey: undefined,
  after: undefined,
  limit: 10,
} as const;

/** A database as a build with so many migrations made it. */
async function build(url: string, rows: LedgerEngine["rows"], migrations: number): Promise<void> {
  if (url.startsWith("sqlite")) makeSqliteFile(url.slice("sqlite:".length));
  await rows(
    url,
    "create table migration (version integer primary key, name text, checksum text, applied_at_ms bigint)",
  );
  for (const { version, name, checksum, statements } of readMigrations().slice(0, migrations)) {
    for (const statement of statements)
      await rows(url, statement.replaceAll(BINARY, url.startsWith("sqlite") ? "" : 'collate "C"'));
    await rows(url, `insert into migration values (${version}, '${name}', '${checksum}', 0)`);
  }
}

/** A database as the first build left it: a link that waits, one that was paid, and a payout without one. */
async function firstBuild(url: string, rows: LedgerEngine["rows"]): Promise<void> {
  await build(url, rows, 1);
  const payout = (id: string, rest: string) => `insert into payout values ('${id}', 't', 'm', ${rest})`;
  const statements = [
    payout(
      "waiting",
      "'order 1', 'c', null, 11, 1000, 'USD', 'USD', 'ACTIVE', 'hash 1', 'key', 1, 99999, '', 10, 11, 2",
    ),
    payout(
      "paid",
      "'order 2', 'c', 'po_2', 1, 1000, 'USD', 'USD', 'COMPLETED', 'hash 2', 'key', 1, 99999, '', 20, 23, 4",
    ),
    payout(
      "bare",
      "'order 3', 'c', null, 7, null, null, null, null, null, null, null, null, null, 30, 30, 1",
    ),
    "insert into event values ('e1', 'paid', 2, 0, 11, 21), ('e2', 'paid', 3, 11, 7, 22), ('e3', 'paid', 4, 7, 1, 23)",
    `insert into attempt values ('a1', 't', 'm', 'paid', 'createLink', 'i', 'f', '{}', 'DONE', 1, 7, 20, 'o', 0, ''),
      ('a2', 't', 'm', 'paid', 'transfer', 'i', 'f', '{}', 'DONE', 1, 11, 21, 'o', 0, '')`,
  ];
  for (const statement of statements) await rows(url, statement);
}

describe.each(engines)("migrations on $engine", ({ isAvailable, fresh, rows }) => {
  describe.runIf(isAvailable)("of this build", () => {
    it("are applied once, whichever of six processes comes first", { timeout: 60_000 }, async () => {
      const url = await fresh();
      const processes = Array.from({ length: 6 }, () =>
        spawn(process.execPath, [writer, url, "0"], { stdio: ["ignore", "ignore", "pipe"] }),
      );
      const complaints: string[] = [];
      for (const { stderr } of processes) stderr.on("data", (text) => complaints.push(String(text)));
      const exits = await Promise.all(processes.map((each) => once(each, "exit")));
      expect([complaints.join(""), exits.map(([code]) => code)]).toEqual(["", [0, 0, 0, 0, 0, 0]]);
      expect(await rows(url, "select version from migration")).toHaveLength(readMigrations().length);
    });

    it("keep what a database of the first build holds, and say what is known of it", async () => {
      const url = await fresh();
      await firstBuild(url, rows);
      const ledger = await ledgerAt(url, { ms: 9_000 });
      onTestFinished(() => ledger.close());
      const paid = await ledger.findLinkById(old, "paid");
      expect(paid?.payout).toMatchObject({ merchantPayoutId: "order 2", status: 1, version: 4 });
      const times = { openedAtMs: undefined, claimedAtMs: 22, completedAtMs: 23 };
      expect(paid?.payout.link).toMatchObject({
        state: "COMPLETED",
        claimRound: 1,
        tokenHash: "hash 2",
        ...times,
      });
      expect(await ledger.listPaymentAttempts(old, "paid")).toMatchObject([
        { payoutStatus: 1, connectorPayoutId: "po_2", reason: undefined, updatedAtMs: 21 },
      ]);
      const { links } = await ledger.listLinks({ ...everything, scope: old });
      expect(
        links.map(({ payout, paymentAttempts }) => [payout.id, payout.link.state, paymentAttempts]),
      ).toEqual([
        ["paid", "COMPLETED", 1],
        ["waiting", "ACTIVE", 0],
      ]);
      expect(await ledger.findCredentials("waiting")).toBeUndefined();
      expect((await ledger.takeCodeGuess("waiting")).isAllowed).toBe(true);
      expect(await ledger.findPayout(old, { merchantPayoutId: "order 3" })).toMatchObject({
        link: undefined,
      });
    });

    it("tell who began an attempt, whether this build or the one before wrote it", async () => {
      const url = await fresh();
      await build(url, rows, 2);
      const insert = (id: string, hashes: string) =>
        rows(
          url,
          `insert into attempt (id, tenant_id, merchant_id, payout_id, operation, identity, fingerprint, field_prints, state,
            tries, started_at_ms, lease_owner, lease_until_ms)
          values ('${id}', 't', 'm', null, 'transfer', '${id}', 'f', '${hashes}', 'UNKNOWN', 1, 20, 'o', 0)`,
        );
      const names = {
        caller: "{}",
        recipient: '{"a":"1","asker":"recipient"}',
        automatic: '{"asker":"server"}',
      };
      for (const [id, hashes] of Object.entries(names)) await insert(`old ${id}`, hashes);
      const ledger = await ledgerAt(url, { ms: 9_000 });
      onTestFinished(() => ledger.close());
      // As a process of the build before does, while both run.
      for (const [id, hashes] of Object.entries(names)) await insert(`late ${id}`, hashes);
      for (const name of Object.keys(names))
        for (const when of ["old", "late"]) {
          const query = { scope: old, operation: "transfer", idempotencyKey: undefined };
          const found = await ledger.findAttempt({ ...query, dedupeKey: `${when} ${name}` });
          expect(found?.attempt.initiator).toBe(name);
          expect(found?.attempt.fieldHashes).not.toHaveProperty("asker");
        }
      const [written] = await rows(url, "select initiator from attempt where id = 'old recipient'");
      expect(written).toMatchObject({ initiator: "recipient" });
    });

    it("let the build before read who began what this one writes", async () => {
      const url = await fresh();
      const ledger = await ledgerAt(url, { ms: 9_000 });
      onTestFinished(() => ledger.close());
      const stored = {
        caller: /^(?!.*"asker")/,
        recipient: /"asker":"recipient"/,
        automatic: /"asker":"server"/,
      } as const;
      for (const initiator of Object.keys(stored) as (keyof typeof stored)[]) {
        const intent = anIntent({ initiator });
        const { kind } = await ledger.open(intent);
        expect(kind).toBe("opened");
        const [row] = await rows(
          url,
          `select field_prints as stored, initiator from attempt where id = '${intent.attemptId}'`,
        );
        expect(row?.stored).toMatch(stored[initiator]);
        expect(row?.initiator).toBe(initiator);
      }
    });

    it("refuse a database that a newer build has changed", async () => {
      const url = await fresh();
      await (await ledgerAt(url)).close();
      await rows(url, "insert into migration values (999, '999_future.sql', 'x', 0)");
      await expect(ledgerAt(url)).rejects.toThrow(/brought to 999_future\.sql by a newer build/);
    });

    it("refuse a database that another text of theirs has made", async () => {
      const url = await fresh();
      await (await ledgerAt(url)).close();
      await rows(url, "update migration set checksum = 'x' where version = 1");
      await expect(ledgerAt(url)).rejects.toThrow(/001_payouts\.sql is not the one that was applied/);
    });

    it("are undone as a whole when one fails", async () => {
      const url = await fresh();
      if (url.startsWith("sqlite")) makeSqliteFile(url.slice("sqlite:".length));
      await rows(url, "create table idempotency_key (id text)");
      await expect(ledgerAt(url)).rejects.toThrow(/idempotency_key/);
      await rows(url, "drop table idempotency_key");
      await (await ledgerAt(url)).close();
    });
  });
});

describe("an SQLite file", () => {
  const freshPath = async () => String(await sqlite?.fresh()).slice("sqlite:".length);

  it("is readable by its owner alone, as is its folder", async () => {
    const path = await freshPath();
    const ledger = await ledgerAt(`sqlite:${path}`);
    const modes = [dirname(path), path, `${path}-wal`].map((each) => statSync(each).mode & 0o777);
    await ledger.close();
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  it("may be named with an authority's slashes", async () => {
    const path = await freshPath();
    await (await ledgerAt(`sqlite://${path}`)).close();
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  it.each([
    [0x6969, "NFS"],
    [0xfe534d42, "SMB2"],
  ])("is refused on a network file system", async (type, name) => {
    const path = await freshPath();
    expect(() => makeSqliteFile(path, () => type)).toThrow(`network file system (${name})`);
  });

  it("is waited for while another process is making it", async () => {
    const path = await freshPath();
    makeSqliteFile(path);
    const other = new DatabaseSync(path);
    other.exec("begin immediate; create table other (id text)");
    const opening = ledgerAt(`sqlite:${path}`);
    const first = await Promise.race([opening.then(() => "opened"), setTimeout(300, "waiting")]);
    other.exec("commit");
    other.close();
    expect(first).toBe("waiting");
    await (await opening).close();
  });

  it("that is something else is refused with what to do", async () => {
    const path = await freshPath();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "These are not the bytes of a database. ".repeat(100));
    await expect(ledgerAt(`sqlite:${path}`)).rejects.toThrow(/not an SQLite database\. Name another file/);
  });

  it("that cannot be written is refused with what to do", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-read-only-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "sluice.db");
    writeFileSync(path, "", { mode: 0o444 });
    chmodSync(folder, 0o555);
    // Root may write everything, so the child runs as nobody.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const child = spawn(process.execPath, [writer, `sqlite:${path}`, "0"], {
      ...nobody,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    child.stderr.on("data", (text) => {
      complaint += text;
    });
    await once(child, "close");
    expect(complaint).toMatch(/cannot be made or written\. Check the owner and permissions/);
  });
});
