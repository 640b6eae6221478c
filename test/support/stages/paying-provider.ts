import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A provider that can only pay: `POST /v1/payments`, once for each idempotency key. */
export interface PayingProvider {
  readonly url: string;
  /** What was paid: once for each key. */
  readonly payments: readonly object[];
  /** The next payment is made, and its reply lost. */
  loseNextReply(): void;
  close(): Promise<void>;
}

/** Starts it on a free port of this machine, for one key. */
export async function startPayingProvider(key: string): Promise<PayingProvider> {
  const paidBy = new Map<string, { readonly id: string; readonly payment: object }>();
  let losing = false;
  const server: Server = createServer(async (incoming, response) => {
    const body = Buffer.concat((await incoming.toArray()) as Buffer[]).toString();
    const isPayment = incoming.method === "POST" && incoming.url === "/v1/payments";
    const { authorization, "idempotency-key": given = "" } = incoming.headers;
    if (!isPayment || authorization !== `Bearer ${key}`) return response.writeHead(404).end("{}");
    const found = paidBy.get(String(given));
    const made = found ?? { id: `pay_${paidBy.size + 1}`, payment: JSON.parse(body) as object };
    paidBy.set(String(given), made);
    if (losing) {
      losing = false;
      return response.socket?.resetAndDestroy();
    }
    const json = JSON.stringify({ id: made.id, status: "paid" });
    return response.writeHead(201, { "content-type": "application/json" }).end(json);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get payments() {
      return [...paidBy.values()].map(({ payment }) => payment);
    },
    loseNextReply: () => {
      losing = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
