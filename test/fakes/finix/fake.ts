import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { FakeLink, FakeRequest, ProviderFake } from "../../support/stages/provider-fake.ts";
import { type WaitingFaults, waitingFaults } from "../../support/stages/waiting-faults.ts";
import { type ApiCall, account, type Books, execute } from "./endpoints.ts";
import { play } from "./faults.ts";
import { errorBody, FinixError } from "./finix-error.ts";
import { answerPage, steps } from "./hosted-page.ts";
import { newLinkBook, type StoredLink } from "./link-book.ts";
import { signedWebhook } from "./webhook.ts";

/** How to start the fake. */
export interface FakeOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** How long every answer takes, in milliseconds. 0 if absent. */
  readonly latencyMs?: number;
}

/** A running fake of Finix. */
export interface FakeFinix extends ProviderFake {
  /** Links and recipients, to look at and to change past the API. */
  readonly books: Books;
}

/**
 * Starts a stateful imitation of Finix's payout links and recipients, on 127.0.0.1. It is strict: fields, values, key and
 * version that Finix does not document are refused in Finix's shape.
 */
export async function startFake({ port = 0, latencyMs = 0 }: FakeOptions = {}): Promise<FakeFinix> {
  const books: Books = { links: newLinkBook(), identities: new Map(), order: "newest first", url: "" };
  const parts: Parts = { books, faults: waitingFaults(), requests: [], latencyMs };
  const server = createServer((request, response) => {
    answer(parts, request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  books.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const step = (name: keyof typeof steps) => (id: string) =>
    books.links.move(books.links.find(id), steps[name].from, steps[name].to);
  return {
    books,
    url: books.url,
    credentials: { ...account, environment: "test" },
    links: () => books.links.all().map(asFakeLink),
    claim: step("claim"),
    pay: step("pay"),
    fail: step("fail"),
    expire: (id) => books.links.move(books.links.find(id), ["ACTIVE"], "EXPIRED"),
    inject: parts.faults.inject,
    faultsLeft: parts.faults.left,
    requests: () => parts.requests,
    webhook: (id, secret) => signedWebhook(books.links.find(id), books.url, secret),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Parts {
  readonly books: Books;
  readonly faults: WaitingFaults;
  readonly requests: FakeRequest[];
  readonly latencyMs: number;
}

async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", headers } = request;
  const url = new URL(request.url ?? "/", parts.books.url);
  const body = await bodyOf(request);
  if (!url.pathname.startsWith("/pay/")) return answerApi(parts, { method, url, headers, body }, response);
  const page = answerPage(parts.books.links, method, url.pathname, body);
  response.writeHead(page.status, page.headers).end(page.body);
}

async function answerApi(parts: Parts, call: ApiCall, response: ServerResponse): Promise<void> {
  parts.requests.push({ method: call.method, path: call.url.pathname });
  const fault = parts.faults.take(call.method);
  if (fault?.when === "before") return play(fault, response, "");
  await delay(parts.latencyMs);
  const { status, body } = replyTo(call, parts.books);
  if (fault) return play(fault, response, body);
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

function replyTo(call: ApiCall, books: Books): { status: number; body: string } {
  try {
    const { status, json } = execute(call, books);
    return { status, body: JSON.stringify(json) };
  } catch (error) {
    if (!(error instanceof FinixError)) throw error;
    return { status: error.status, body: JSON.stringify(errorBody(error.faults)) };
  }
}

function asFakeLink({ id, state, body }: StoredLink): FakeLink {
  return {
    id,
    isLive: state === "ACTIVE" || state === "AWAITING_PAYOUT",
    isPaid: state === "COMPLETED",
    amountMinor: BigInt(body.amount_details.total_amount),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  request.setEncoding("utf8");
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
