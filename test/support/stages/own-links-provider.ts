import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A payment that the provider has made. */
export interface MadePayment {
  readonly id: string;
  /** The account that it went to. */
  readonly to: string;
  /** The payout's id, as the connector names it. */
  readonly ref: string;
  /** What the connector finds it by. */
  readonly tag: string;
}

/** What goes wrong with a request: it gets no answer, or one of no use. */
export type Trouble = "reset" | "timeout" | "rate limit" | "error" | "garbage" | "locked out";

/** A request that the provider has taken and not answered yet. */
export interface Waiting {
  answer(): void;
}

/**
 * The provider of the connectors `by-key` and `by-lookup` in `test/connectors/own-links`. `POST /transfers` pays once for each idempotency key,
 * and at every request that has none. Accounts that end in 4002 are closed; any can be paid while there is money.
 */
export interface OwnLinksProvider {
  readonly url: string;
  readonly made: readonly MadePayment[];
  /** Every request, oldest first: `POST /transfers`, its headers and its body. */
  readonly requests: readonly {
    readonly request: string;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: Readonly<Record<string, unknown>>;
  }[];
  /** The payments of a payout. */
  madeFor(ref: string): readonly MadePayment[];
  /** Sets how much there is to pay with, in payments. */
  setFunds(payments: number): void;
  /** Sets what becomes of payments, those that were made too. */
  setStatus(status: "paid" | "under_way" | "failed"): void;
  /** Spoils requests such as `POST /transfers`, before or after what they do, until healed. */
  spoil(request: string, trouble: Trouble, moment: "before" | "after"): void;
  /**
   * The next such request, once it has done what it does, or instead of that; it is answered when the test says so, if its
   * sender is still there.
   */
  hold(request: string, before?: boolean): Promise<Waiting>;
  /** Ends all troubles, and tops up. */
  heal(): void;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

/** Starts the provider on a free port of this machine. */
export async function startOwnLinksProvider(): Promise<OwnLinksProvider> {
  const bank = newBank();
  const requests: { request: string; headers: IncomingMessage["headers"]; body: Record<string, unknown> }[] =
    [];
  const troubles = new Map<string, { trouble: Trouble; moment: "before" | "after" }>();
  const holds = new Map<string, { before: boolean; resolve(waiting: Waiting): void }>();

  const server = createServer(async (incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://provider");
    const path = pathname.replace(/^\/transfers\/.+$/, "/transfers/id");
    const request = `${incoming.method} ${path}`;
    const body = JSON.parse((await textOf(incoming)) || "{}") as Record<string, unknown>;
    requests.push({ request, headers: incoming.headers, body });
    const holder = holds.get(request);
    holds.delete(request);
    if (holder?.before) return holder.resolve({ answer: () => response.destroy() });
    const spoilt = troubles.get(request);
    if (spoilt?.moment === "before") return play(spoilt.trouble, response);
    const key = String(incoming.headers["idempotency-key"] ?? "");
    const reply = bank.answer(request, { key, body, tag: searchParams.get("tag") ?? "" });
    if (spoilt) return play(spoilt.trouble, response);
    const answer = () => send(response, reply);
    return holder ? holder.resolve({ answer }) : answer();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    made: bank.made,
    requests,
    madeFor: (ref) => bank.made.filter((payment) => payment.ref === ref),
    setFunds: (payments) => bank.setFunds(payments),
    setStatus: (status) => bank.setStatus(status),
    spoil: (request, trouble, moment) => void troubles.set(request, { trouble, moment }),
    hold: (request, before = false) => new Promise((resolve) => holds.set(request, { before, resolve })),
    heal() {
      troubles.clear();
      bank.setFunds(Number.POSITIVE_INFINITY);
      bank.setStatus("paid");
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Asked {
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly tag: string;
}

function newBank() {
  const made: MadePayment[] = [];
  const byKey = new Map<string, Reply>();
  let funds = Number.POSITIVE_INFINITY;
  let status = "paid";
  const refusal = (code: string) => ({ status: 402, body: { code, message: `The bank says ${code}.` } });
  const isClosed = ({ body }: Asked) => String(body.to).endsWith("4002");
  const pay = (asked: Asked): Reply => {
    if (isClosed(asked)) return refusal("closed");
    if (funds < 1) return refusal("no_funds");
    funds -= 1;
    const id = `transfer_${made.length + 1}`;
    made.push({ id, to: String(asked.body.to), ref: String(asked.body.ref), tag: String(asked.body.tag) });
    return { status: 200, body: { id, status } };
  };
  const answers: Readonly<Record<string, (asked: Asked) => Reply>> = {
    "POST /transfers": (asked) => {
      const before = asked.key === "" ? undefined : byKey.get(asked.key);
      const reply = before ?? pay(asked);
      // What was refused may be asked for again under the same key.
      if (asked.key !== "" && reply.status === 200) byKey.set(asked.key, reply);
      return reply;
    },
    "GET /transfers": ({ tag }) => ({
      status: 200,
      body: { found: made.filter((payment) => payment.tag === tag).map(({ id }) => ({ id, status })) },
    }),
    "GET /transfers/id": () => ({ status: 200, body: { id: made.at(-1)?.id ?? "none", status } }),
    "POST /accounts": (asked) =>
      isClosed(asked)
        ? refusal("closed")
        : { status: 200, body: { id: `account_${String(asked.body.to)}`, status: "kept" } },
  };
  return {
    made,
    setFunds: (payments: number) => {
      funds = payments;
    },
    setStatus: (now: string) => {
      status = now;
    },
    answer: (request: string, asked: Asked): Reply =>
      answers[request]?.(asked) ?? { status: 404, body: { code: "unknown", message: request } },
  };
}

function play(trouble: Trouble, response: ServerResponse): void {
  if (trouble === "reset") response.destroy();
  if (trouble === "rate limit") send(response, { status: 429, body: {} });
  if (trouble === "locked out")
    send(response, { status: 401, body: { code: "key", message: "No such key." } });
  if (trouble === "error") send(response, { status: 500, body: {} });
  if (trouble === "garbage") response.writeHead(200, { "content-type": "application/json" }).end('{"id":');
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
  return text;
}
