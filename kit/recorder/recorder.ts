import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";
import { type SeenRequest, seenRequest } from "../playback.ts";

/** A request and the provider's answer. */
export interface Exchange {
  readonly request: SeenRequest;
  readonly reply: {
    readonly status: number;
    /** Only those that tell how to read the reply, names in lower case. */
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
  };
}

/** A recording proxy between a client and a provider, on loopback. */
export interface Recorder {
  readonly url: string;
  /** Exchanges so far. A request that the provider did not answer is none. */
  readonly exchanges: readonly Exchange[];
  close(): Promise<void>;
}

/** Starts to forward every request to an origin, and to record each exchange. Holds credentials until it is closed. */
export async function startRecorder(origin: string): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const provider = new Agent({ allowH2: false });
  const server = createServer((incoming, response) => {
    forward(incoming, response).catch(() => incoming.socket.destroy());
  });
  const forward = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat((await incoming.toArray()) as Buffer[]);
    const seen = seenRequest(incoming, body.toString());
    const answer = await request(origin + incoming.url, {
      method: seen.method as "GET",
      headers: endToEnd(seen.headers),
      body: body.length > 0 ? body : null,
      dispatcher: provider,
    });
    const text = await answer.body.text();
    const headers = Object.fromEntries(
      keptHeaders.flatMap((name) => (answer.headers[name] ? [[name, String(answer.headers[name])]] : [])),
    );
    exchanges.push({ request: seen, reply: { status: answer.statusCode, headers, text } });
    response.writeHead(answer.statusCode, headers).end(text);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    close: async () => {
      server.closeAllConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), provider.destroy()]);
    },
  };
}

const keptHeaders = ["content-type", "retry-after"] as const;

/** Headers that are not about one connection. */
function endToEnd(headers: SeenRequest["headers"]): Record<string, string> {
  const hop = new Set(["host", "connection", "content-length", "transfer-encoding", "keep-alive"]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.has(name)));
}
