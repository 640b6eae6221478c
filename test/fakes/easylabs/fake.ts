import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProviderFake } from "../../support/stages/provider-fake.ts";
import { answerPage } from "./hosted-page.ts";
import { claim, type Link, newState, type State, settle, type Transaction } from "./state.ts";
import { settlementWebhook } from "./webhook.ts";
import { newWire, type Wire } from "./wire.ts";

/** A fake Easy Labs, and what else can happen there. */
export interface EasyLabsFake extends ProviderFake {
  /** Moves the payment of a claimed link. */
  settle(linkId: string, status: Transaction["status"]): void;
  /** Cancels a link in the dashboard. */
  cancel(linkId: string): void;
  link(linkId: string): Readonly<Link>;
  readonly delayNext: Wire["delayNext"];
}

/** Starts a stateful imitation of Easy Labs' payout links, on 127.0.0.1. `port` 0, the default, takes any free one. */
export async function startFake(
  options: { readonly port?: number; readonly latencyMs?: number } = {},
): Promise<EasyLabsFake> {
  const state = newState();
  const wire = newWire(state, options.latencyMs);
  const server = createServer((incoming, response) => {
    serve({ state, wire }, incoming, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  state.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: state.origin + API_PATH,
    credentials: { api_key: "sk_test_canary_easylabs" },
    ...controlOf(state),
    inject: wire.inject,
    faultsLeft: wire.faultsLeft,
    delayNext: wire.delayNext,
    requests: () => wire.requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  { state, wire }: { readonly state: State; readonly wire: Wire },
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams: query } = new URL(incoming.url ?? "/", "http://fake");
  const { method = "GET" } = incoming;
  const body = await bodyOf(incoming);
  if (!pathname.startsWith(API_PATH)) return answerPage(state, { method, path: pathname, body }, response);
  const path = decodeURIComponent(pathname.slice(API_PATH.length));
  const key = String(incoming.headers["x-easy-api-key"] ?? "");
  return wire.carry({ method, path, query, key, body }, response);
}

type Control = Pick<
  EasyLabsFake,
  "cancel" | "claim" | "expire" | "fail" | "link" | "links" | "pay" | "settle" | "webhook"
>;

function controlOf(state: State): Control {
  const link = (id: string) => {
    const found = state.links.get(id);
    if (!found) throw new RangeError(`the fake knows no link ${id}`);
    return found;
  };
  return {
    link,
    links: () => [...state.links.values()].map(shown),
    claim: (id) => {
      if (!claim(state, link(id))) throw new RangeError("the link cannot be claimed any more");
    },
    pay: (id) => settle(state, link(id), "completed"),
    fail: (id) => settle(state, link(id), "failed"),
    settle: (id, status) => settle(state, link(id), status),
    expire: (id) => void Object.assign(link(id), { status: "expired", expiresAtMs: Date.now() - 1 }),
    cancel: (id) => void Object.assign(link(id), { status: "cancelled" }),
    webhook: (id, secret) => settlementWebhook(link(id), secret),
  };
}

const API_PATH = "/v1/api";

function shown({ token, status, amount }: Link) {
  return {
    id: token,
    isLive: status === "pending",
    isPaid: status === "completed",
    amountMinor: BigInt(amount),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
  return text;
}
