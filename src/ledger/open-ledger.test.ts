import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { engines, ledgerAt } from "../../test/support/ledgers.ts";
import { readMigrations } from "./migrations.ts";
import { makeSqliteFile } from "./sqlite-file.ts";

const writer = fileURLToPath(new URL("../../test/support/ledger-writer.ts", import.meta.url));
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
