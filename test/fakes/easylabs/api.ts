import { z } from "zod";
import { type Link, makeLink, type State } from "./state.ts";

/** A request to the API, with its path below `/v1/api`. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of `x-easy-api-key`. */
  readonly key: string;
  readonly body: string;
}

/** A reply of the API. */
export interface ApiReply {
  readonly status: number;
  readonly body: string;
}

/**
 * Answers as the documentation says. The paths of single links and of the list are guesses, since it does not say them.
 * `Idempotency-Key` is ignored: whether it is honoured is not documented, and nothing may rely on it.
 */
export function answer(state: State, request: ApiRequest): ApiReply {
  if (!/^sk_(test|sandbox)_\w+$/.test(request.key)) return refusal(401, "UNAUTHORIZED", "Invalid API key.");
  const matches = routes.flatMap(([method, pattern, handle]) => {
    const found = pattern.exec(request.path);
    return found && method === request.method ? [() => handle(state, request, found[1] ?? "")] : [];
  });
  return matches[0]?.() ?? refusal(404, "NOT_FOUND", `There is no ${request.method} ${request.path}.`);
}

type Handle = (state: State, request: ApiRequest, id: string) => ApiReply;

const generateBody = z.strictObject({
  amount: z.int().positive(),
  currency: z.literal("USD"),
  description: z.string().max(1000).optional(),
});

const generate: Handle = (state, { key, body }) => {
  const read = generateBody.safeParse(parse(body));
  if (!read.success) return refusal(422, "VALIDATION_ERROR", "Validation failed.", read.error.issues);
  const { amount, description = null } = read.data;
  return success(show(state, makeLink(state, { key, amount, description })));
};

const getLink: Handle = (state, { key }, token) => {
  const link = state.links.get(token);
  return link?.key === key ? success(show(state, link)) : refusal(404, "NOT_FOUND", `No link ${token}.`);
};

const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset: z.coerce.number().int().min(0).default(0),
});

const MOST_AT_ONCE = 25;

const listLinks: Handle = (state, { key, query }) => {
  const read = pageQuery.safeParse(Object.fromEntries(query));
  if (!read.success) return refusal(422, "VALIDATION_ERROR", "Validation failed.", read.error.issues);
  const { limit, offset } = read.data;
  const own = [...state.links.values()].filter((link) => link.key === key).reverse();
  // As servers may, it gives fewer at once than it is asked for.
  return success(own.slice(offset, offset + Math.min(limit, MOST_AT_ONCE)).map((link) => show(state, link)));
};

const getTransaction: Handle = (state, { key }, id) => {
  const found = state.transactions.get(id);
  if (found?.key !== key) return refusal(404, "NOT_FOUND", `No transaction ${id}.`);
  return success({ id, amount: found.amount, status: found.status });
};

const routes: readonly (readonly [string, RegExp, Handle])[] = [
  ["POST", /^\/treasury\/payout-link\/generate$/, generate],
  ["GET", /^\/treasury\/payout-links$/, listLinks],
  ["GET", /^\/treasury\/payout-link\/([^/]+)$/, getLink],
  ["GET", /^\/treasury\/transactions\/([^/]+)$/, getTransaction],
];

function show(state: State, link: Link): object {
  return {
    url: `${state.origin}/pay/${link.token}`,
    token: link.token,
    amount: link.amount,
    currency: "USD",
    description: link.description,
    status: link.status,
    expires_at: new Date(link.expiresAtMs).toISOString(),
    recipient_id: link.recipientId,
    transaction_id: link.transactionId,
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function success(data: unknown): ApiReply {
  return reply(200, { success: true, data });
}

/** An error reply, in the one shape that the documentation has. */
export function refusal(status: number, code: string, message: string, details: unknown = null): ApiReply {
  return reply(status, { success: false, error: { code, message, details } });
}

function reply(status: number, body: object): ApiReply {
  return { status, body: JSON.stringify({ ...body, timestamp: new Date().toISOString() }) };
}
