import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { FakeRequest, ProviderFake, SignedWebhook } from "../../support/stages/provider-fake.ts";
import { waitingFaults } from "../../support/stages/waiting-faults.ts";
import { play } from "./faults.ts";
import { type Answer, type Link, type Links, newLinks, Refused } from "./links.ts";

/** How to start the fake. */
export interface FakeOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
}

/** Starts Acme, the provider of the template, which exists only here: links with keys that are honoured for ever. */
export async function startFake(options: FakeOptions = {}): Promise<ProviderFake> {
  const links = newLinks();
  const faults = waitingFaults();
  const requests: FakeRequest[] = [];
  const answer = keyed(links);
  const server = createServer(async (incoming, response) => {
    const { method = "", url = "" } = incoming;
    const body = Buffer.concat((await incoming.toArray()) as Buffer[]).toString();
    requests.push({ method, path: url });
    const fault = faults.take(method);
    if (fault?.when === "before") return play(fault, response, "{}");
    const { status, json } = answer(incoming, body);
    const text = JSON.stringify(json);
    if (fault) return play(fault, response, text);
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));

  const move = (status: Link["status"]) => (id: string) => links.move(id, status);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { api_key: "acme_test_canary_1234", environment: "test" },
    links: () => links.list(),
    claim: move("processing"),
    pay: move("paid"),
    fail: move("open"),
    expire: move("expired"),
    inject: (fault) => faults.inject(fault),
    faultsLeft: faults.left,
    requests: () => requests,
    webhook: (id, secret) => signed(links.find(id), secret),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The same key and request again give the first answer; with another request, a no. */
function keyed(links: Links): (incoming: IncomingMessage, body: string) => Answer {
  const kept = new Map<string, { readonly request: string; readonly answer: Answer }>();
  const fresh = (method: string, url: string, authorization: string | undefined, body: string): Answer => {
    try {
      return links.answer(method, url, authorization, body);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return refusal(error.status, error.code);
    }
  };
  return ({ method = "", url = "", headers }, body) => {
    const key = headers["idempotency-key"];
    const request = `${method} ${url} ${body}`;
    const before = typeof key === "string" ? kept.get(key) : undefined;
    if (before) return before.request === request ? before.answer : refusal(409, "idempotency_key_reused");
    const answer = fresh(method, url, headers.authorization, body);
    if (typeof key === "string" && answer.status < 400) kept.set(key, { request, answer });
    return answer;
  };
}

function refusal(status: number, code: string): Answer {
  return { status, json: { error: { code, message: "Acme refuses this." } } };
}

function signed({ id, status }: Link, secret: string): SignedWebhook {
  const seconds = Math.floor(Date.now() / 1000);
  const type = `link.${status}`;
  const body = JSON.stringify({ id: `evt_${type}_${id}`, type, link_id: id });
  const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return { headers: { "acme-signature": `t=${seconds},v1=${signature}` }, body };
}
