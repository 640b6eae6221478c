import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** How the provider of `misbehaving` answers. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** A request that the provider has taken and not answered yet. */
export interface Held {
  /** Answers it; as usual if nothing else is given. */
  answer(other?: Answer): void;
}

/** The provider of the connector in `test/connectors/own-links`: it honours idempotency keys, and answers when and what a test says. */
export interface MisbehavingProvider {
  readonly url: string;
  /** Every POST, oldest first: `/payments` and its body. */
  readonly posts: readonly { readonly path: string; readonly key: string; readonly body: string }[];
  /** Payments made: one for each key. */
  payments(): number;
  /** The next request of this method and path, once it has come; it is answered when the test says so. */
  hold(request: string): Promise<Held>;
  /** Answers requests of this method and path otherwise, until healed. A payment counts as made all the same. */
  answerWith(request: string, answer: Answer): void;
  /** Answers as usual again. */
  heal(): void;
  close(): Promise<void>;
}

const usual: Readonly<Record<string, (id: string) => object>> = {
  "GET /recipient": () => ({}),
  "GET /standing": () => ({ id: "standing", status: "under_way" }),
  "POST /recipients": (id) => ({ id: `recipient_${id}`, status: "ready" }),
  "POST /payments": (id) => ({ id: `payment_${id}`, status: "under_way" }),
  "POST /cancellations": (id) => ({ id: `payment_${id}`, status: "canceled" }),
};

/** Starts the provider on a free port of this machine. */
export async function startMisbehavingProvider(): Promise<MisbehavingProvider> {
  const posts: { path: string; key: string; body: string }[] = [];
  const holds = new Map<string, (held: Held) => void>();
  const others = new Map<string, Answer>();
  const server = createServer(async (incoming, response) => {
    const { method = "", url = "" } = incoming;
    const request = `${method} ${url}`;
    const key = String(incoming.headers["idempotency-key"] ?? "");
    const body = await textOf(incoming);
    if (method === "POST") posts.push({ path: url, key, body });
    const answer = (given?: Answer) => {
      const usualBody = usual[request]?.(key.slice(0, 8)) ?? {};
      const { status, body: reply } = given ?? others.get(request) ?? { status: 200, body: usualBody };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
    };
    const holder = holds.get(request);
    holds.delete(request);
    if (holder) holder({ answer });
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    payments: () => new Set(posts.filter(({ path }) => path === "/payments").map(({ key }) => key)).size,
    hold: (request) => new Promise((resolve) => holds.set(request, resolve)),
    answerWith: (request, answer) => void others.set(request, answer),
    heal: () => others.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
  return text;
}
