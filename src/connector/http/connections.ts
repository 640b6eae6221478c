import { buildConnector, Client, type Dispatcher } from "undici";
import type { TryResult } from "./try.ts";

/** Connections to one origin, each for one request at a time. */
export interface Connections {
  /** Runs a try on a connection of its own: the one used last, or a new one. */
  use(run: (connection: Dispatcher) => Promise<TryResult>): Promise<TryResult>;
  /** Waits for tries in progress, and closes every connection. */
  close(): Promise<void>;
}

/**
 * Keeps connections in a stack. undici's own pool looks at every connection to find a free one, which is most of the work
 * when thousands are in use. How many there are is up to the bulkhead in front.
 */
export function createConnections(origin: string, options: { connectTimeoutMs: number }): Connections {
  // Shared, because TLS sessions are kept in it. A connection of HTTP/2 would lose every request on it at once.
  const connect = buildConnector({ timeout: options.connectTimeoutMs, allowH2: false });
  const idle: Client[] = [];
  const busy = new Set<Client>();
  const open = (): Client => {
    const client = new Client(origin, { connect, allowH2: false });
    client.on("disconnect", () => {
      const index = idle.indexOf(client);
      if (index !== -1) idle.splice(index, 1);
      busy.delete(client);
    });
    return client;
  };
  return {
    use: async (run) => {
      const client = idle.pop() ?? open();
      busy.add(client);
      const result = await run(client);
      const intact = busy.delete(client) && result.kind === "reply";
      if (intact) idle.push(client);
      else void client.destroy();
      return result;
    },
    close: async () => {
      await Promise.all([...idle, ...busy].map((client) => client.close()));
    },
  };
}
