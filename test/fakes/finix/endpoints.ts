import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { z } from "zod";
import { FinixError, notFound } from "./finix-error.ts";
import { type LinkBook, shownLink } from "./link-book.ts";
import { check, linkUpdate, newIdentity, newLink } from "./link-request.ts";
import { listPage } from "./listing.ts";

/** The only version of Finix's API that the fake takes. The real one falls back to an older version. */
export const VERSION = "2022-02-01";

/** The only API key that the fake knows. */
export const account = { username: "US_canary", password: "finix_canary_password" };

/** A request on its way. */
export interface ApiCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A recipient as the fake keeps it. */
export interface StoredIdentity {
  readonly id: string;
  readonly createdAtMs: number;
  readonly body: z.output<typeof newIdentity>;
}

/** The state behind the endpoints. */
export interface Books {
  readonly links: LinkBook;
  readonly identities: Map<string, StoredIdentity>;
  /** Finix lists the newest first, as far as its documentation shows. */
  order: "newest first" | "oldest first";
  url: string;
}

/** Carries a call out. @throws FinixError */
export function execute(call: ApiCall, books: Books): { status: number; json: object } {
  admit(call);
  const { method, url } = call;
  const [, collection = "", id, ...more] = url.pathname.split("/").map(decodeURIComponent);
  const endpoint = endpoints[`${method} /${collection}${id === undefined ? "" : "/:id"}`];
  if (more.length > 0 || !endpoint) throw notFound(`${method} ${url.pathname}`);
  if (method !== "GET" || id) refuseQuery(url);
  return { status: method === "POST" ? 201 : 200, json: endpoint(books, call, id ?? "") };
}

type Endpoint = (books: Books, call: ApiCall, id: string) => object;

const endpoints: Readonly<Record<string, Endpoint>> = {
  "POST /payout_links": ({ links, url }, call) => shownLink(links.make(check(newLink, jsonOf(call))), url),
  "GET /payout_links": ({ links, order, url }, call) =>
    listPage("payout_links", inOrder(links.all(), order), call.url.searchParams, (link) =>
      shownLink(link, url),
    ),
  "GET /payout_links/:id": ({ links, url }, _, id) => shownLink(links.find(id), url),
  "PUT /payout_links/:id": ({ links, url }, call, id) =>
    shownLink(links.update(id, check(linkUpdate, jsonOf(call))), url),
  "POST /identities": ({ identities }, call) => {
    const id = `ID${randomBytes(11).toString("hex")}`;
    const identity = { id, createdAtMs: Date.now(), body: check(newIdentity, jsonOf(call)) };
    identities.set(id, identity);
    return shownIdentity(identity);
  },
  "GET /identities": ({ identities, order }, call) =>
    listPage("identities", inOrder([...identities.values()], order), call.url.searchParams, shownIdentity),
  "GET /identities/:id": ({ identities }, _, id) => {
    const identity = identities.get(id);
    if (!identity) throw notFound(`identity ${id}`);
    return shownIdentity(identity);
  },
};

function inOrder<T extends { readonly createdAtMs: number }>(items: readonly T[], order: Books["order"]) {
  const oldestFirst = items.toSorted((one, other) => one.createdAtMs - other.createdAtMs);
  return order === "newest first" ? oldestFirst.toReversed() : oldestFirst;
}

function shownIdentity({ id, createdAtMs, body }: StoredIdentity): object {
  const time = new Date(createdAtMs).toISOString();
  return { id, created_at: time, updated_at: time, application: "AP_canary", ...body, tags: body.tags ?? {} };
}

/** The rules before an endpoint is looked at. */
function admit({ method, headers }: ApiCall): void {
  const expected = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString("base64")}`;
  if (headers.authorization !== expected)
    throw new FinixError(401, {
      code: "UNKNOWN",
      message: "Authentication information is missing or invalid.",
    });
  if (headers["finix-version"] !== VERSION)
    throw new FinixError(400, { code: "BAD_REQUEST", message: `Send Finix-Version: ${VERSION}.` });
  if (method !== "GET" && !headers["content-type"]?.startsWith("application/json"))
    throw new FinixError(406, { code: "NOT_ACCEPTABLE", message: "Send application/json." });
}

function refuseQuery({ searchParams }: URL): void {
  const [name] = searchParams.keys();
  if (name !== undefined)
    throw new FinixError(400, { code: "BAD_REQUEST", message: `Unknown parameter ${name}.` });
}

function jsonOf({ body }: ApiCall): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new FinixError(400, { code: "BAD_REQUEST", message: "The body is not JSON." });
  }
}
