import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { dropDatabases } from "./postgres.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where tests ask for the URL of a PostgreSQL server; null where there is none. */
    readonly postgresDesk: string | null;
    /** Begins the names of the databases that this run makes. */
    readonly postgresPrefix: string;
  }
}

/**
 * Gives the tests a PostgreSQL server: the one that SLUICE_TEST_POSTGRES_URL names, or one of this machine's programs. The
 * latter starts when a test first asks for it, so that runs without such a test do not wait.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prefix = `sluice_test_${process.pid}_`;
  const given = process.env.SLUICE_TEST_POSTGRES_URL;
  const programs = postgresPrograms();
  project.provide("postgresPrefix", prefix);
  project.provide("postgresDesk", null);
  if (given === undefined && programs === undefined) return async () => {};

  let server: Promise<PostgresServer> | undefined;
  const urlOfServer = async (): Promise<string> => {
    if (given !== undefined) return given;
    server ??= startPostgres(programs ?? "");
    return (await server).url;
  };
  const desk = createServer((_request, response) => {
    urlOfServer().then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  desk.listen(0, "127.0.0.1");
  await once(desk, "listening");
  project.provide("postgresDesk", `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);

  return async () => {
    desk.close();
    desk.closeAllConnections();
    if (given !== undefined) await dropDatabases(given, prefix);
    await (await server)?.stop();
  };
}
