import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";

/** A PostgreSQL server that belongs to one test run, and ends with the process that started it. */
export interface PostgresServer {
  /** URL of a database whose user may make others. */
  readonly url: string;
  /** Ends the server and all its backends at once, as a crash would, and starts it again on the same data and port. */
  crashAndRestart(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** The folder of PostgreSQL's programs, or undefined where the machine has none. */
export function postgresPrograms(): string | undefined {
  const packaged = "/usr/lib/postgresql";
  const versions = existsSync(packaged) ? readdirSync(packaged).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env.PATH ?? "").split(":"),
    ...versions.map((version) => join(packaged, version, "bin")),
  ];
  return folders.find((folder) => ["initdb", "postgres"].every((name) => existsSync(join(folder, name))));
}

/**
 * Starts a server on a new cluster: on a free port of 127.0.0.1, and on a socket in the cluster's own folder. `settings` go
 * before those of the tests.
 */
export async function startPostgres(
  programs: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), "sluice-postgres-"));
  const password = randomBytes(16).toString("hex");
  makeCluster(programs, folder, password, user);
  const port = await freePort();
  const url = `postgres://sluice:${password}@127.0.0.1:${port}/postgres`;
  const start = () => startServer(join(programs, "postgres"), { folder, port, url, user, settings });
  let server = await start();
  return {
    url,
    async crashAndRestart() {
      const [postmaster] = readFileSync(join(folder, "data/postmaster.pid"), "utf8").split("\n");
      process.kill(Number(postmaster), "SIGQUIT");
      await end(server);
      server = await start();
    },
    async stop() {
      await end(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; then it runs as whoever is least. */
function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  const line = ["postgres:", "nobody:"]
    .map((name) => lines.find((each) => each.startsWith(name)))
    .find(Boolean);
  const [, , uid, gid] = line?.split(":") ?? [];
  if (!uid || !gid)
    throw new Error("PostgreSQL refuses to run as root, and there is no user postgres or nobody.");
  return { uid: Number(uid), gid: Number(gid) };
}

function makeCluster(programs: string, folder: string, password: string, user: User | undefined): void {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  const cluster = ["--pgdata", join(folder, "data"), "--encoding", "UTF8", "--no-locale"];
  const access = ["--username", "sluice", "--auth", "scram-sha-256", "--pwfile", passwordFile];
  const haste = ["--no-sync", "--no-instructions"];
  execFileSync(join(programs, "initdb"), [...cluster, ...access, ...haste], {
    ...user,
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

// The shell holds the other end of a pipe from this process: when this process goes, however it goes, so does the server.
const script = '"$@" </dev/null & cat >/dev/null; kill -INT $!; wait $!';

interface ServerOptions {
  readonly folder: string;
  readonly port: number;
  readonly url: string;
  readonly user: User | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

async function startServer(
  program: string,
  { folder, port, url, user, settings }: ServerOptions,
): Promise<ChildProcess> {
  const all = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: folder,
    // A crash of processes loses nothing without it; only a crash of the machine would, and no test makes one.
    fsync: "off",
    max_connections: 200,
    shared_buffers: "32MB",
    timezone: "UTC",
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn("sh", ["-c", script, "sh", program, "-D", join(folder, "data"), ...options], {
    ...user,
    cwd: folder,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let log = "";
  server.stderr.on("data", (text) => {
    log += text;
  });
  await untilItAnswers(url, () => log);
  return server;
}

async function untilItAnswers(url: string, log: () => string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await setTimeout(25);
    }
  }
  throw new Error(`PostgreSQL did not start within ten seconds:\n${log()}`);
}

async function end(server: ChildProcess): Promise<void> {
  const exit = once(server, "exit");
  server.stdin?.end();
  await exit;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("A TCP listener has a port.");
  return address.port;
}
