import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** A connection through the proxy. */
export interface ProxiedConnection {
  /** Holds the server's answers back. */
  hold(): void;
  /** Lets the server's answers go on. */
  letGo(): void;
  /** Ends the client's side; the server still gets what was sent. */
  cut(): void;
}

/** What happens to each piece that a client sends: it returns what the server is to get. */
export type Disturbance = (sent: Buffer, connection: ProxiedConnection) => Buffer;

/** A way to a PostgreSQL server that a test can disturb. */
export interface PostgresProxy {
  /** URL of the same database, by way of the proxy. */
  readonly url: string;
  /** From now on, and until another takes its place or undefined. */
  disturb(disturbance: Disturbance | undefined): void;
  close(): void;
}

/** Starts a proxy to a database on a free port of 127.0.0.1. */
export async function startPostgresProxy(url: string): Promise<PostgresProxy> {
  const target = new URL(url);
  let disturb: Disturbance | undefined;
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    const connection: ProxiedConnection = {
      hold: () => server.pause(),
      letGo: () => server.resume(),
      cut: () => client.destroy(),
    };
    client.on("data", (sent) => server.write(disturb?.(sent, connection) ?? sent));
    server.on("data", (answer) => client.writable && client.write(answer));
    client.on("close", () => server.end());
    server.on("close", () => client.destroy());
    // Each side tells the other by closing.
    for (const side of [client, server]) side.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const proxied = new URL(url);
  proxied.port = String((proxy.address() as AddressInfo).port);
  return {
    url: proxied.href,
    disturb(disturbance) {
      disturb = disturbance;
    },
    close: () => proxy.close(),
  };
}
