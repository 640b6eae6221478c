import { readLinkBody } from "./link-body.ts";
import { invalidInput, Refused } from "./refusal.ts";
import { cancelLink, type Link, makeLink, type State, type Transfer } from "./state.ts";

/** An API request that has come in. */
export interface ApiCall {
  readonly method: string;
  /** Below `/api`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An answer of the API. */
export interface ApiReply {
  readonly status: number;
  readonly body: unknown;
}

/** The state behind the endpoints. */
export interface Endpoints {
  readonly state: State;
  /** Where pages are. */
  readonly origin: string;
  readonly authorization: string;
  /** The apps that `Api-App-Id` may name. */
  readonly apps: ReadonlySet<string>;
}

/** Executes an API request, and replies. */
export function answerApi(endpoints: Endpoints, call: ApiCall): ApiReply {
  try {
    admit(endpoints, call);
    const found = routes.find(({ method, path }) => method === call.method && path.test(call.path));
    if (!found) throw new Refused(404, "", "There is nothing here.");
    return found.answer(endpoints, call, found.path.exec(call.path)?.[1] ?? "");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { status, code, message } = error;
    return { status, body: { ...(code && { code }), message } };
  }
}

function admit({ authorization, apps }: Endpoints, { method, headers }: ApiCall): void {
  if (headers.authorization !== authorization) throw new Refused(401, "", "Unauthorized");
  const app = headers["api-app-id"];
  if (app !== undefined && !apps.has(String(app))) throw new Refused(403, "", "There is no such app.");
  const hasJson = headers["content-type"]?.includes("application/json");
  if (method === "POST" && !hasJson) throw invalidInput("Content-Type must be application/json");
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (endpoints: Endpoints, call: ApiCall, id: string) => ApiReply;
}

const routes: readonly Route[] = [
  {
    method: "POST",
    path: /^\/v2\/payout-links$/,
    answer: (endpoints, { body }) => {
      const link = makeLink(endpoints.state, readLinkBody(body));
      return { status: 201, body: linkJson(endpoints, link) };
    },
  },
  {
    method: "GET",
    path: /^\/v2\/payout-links\/([^/]+)$/,
    answer: (endpoints, _, id) => ({ status: 200, body: linkJson(endpoints, linkOf(endpoints, id)) }),
  },
  {
    method: "DELETE",
    path: /^\/v2\/payout-links\/([^/]+)$/,
    answer: (endpoints, _, id) => {
      const link = linkOf(endpoints, id);
      cancelLink(link);
      return { status: 200, body: linkJson(endpoints, link) };
    },
  },
  { method: "GET", path: /^\/v2\/transfers$/, answer: listTransfers },
];

function linkOf({ state }: Endpoints, id: string): Link {
  const link = state.links.get(decodeURIComponent(id));
  if (!link) throw new Refused(404, "", "Not found");
  return link;
}

/** Newest first, as cursors of this kind have it. */
function listTransfers({ state }: Endpoints, { query }: ApiCall): ApiReply {
  for (const name of query.keys())
    if (!["limit", "starting_after", "user_id"].includes(name)) throw invalidInput(name);
  const limit = Number(query.get("limit") ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw invalidInput("limit");
  const userId = query.get("user_id");
  const all = state.transfers.filter((each) => !userId || each.userId === userId).toReversed();
  const after = query.get("starting_after");
  const rest = after ? all.slice(all.findIndex(({ id }) => id === after) + 1) : all;
  return {
    status: 200,
    body: { has_more: rest.length > limit, data: rest.slice(0, limit).map(transferJson) },
  };
}

function linkJson({ origin }: Endpoints, link: Link): object {
  const { payee, delivery, tax_exempt, metadata, amount } = link.body;
  const contact = {
    email: payee?.email ?? null,
    country_code: payee?.country_code ?? null,
    phone_number: payee?.phone_number ?? null,
  };
  return {
    id: link.id,
    created: new Date(link.createdAtMs).toISOString(),
    link: `${origin}/payout_link/${link.token}`,
    amount,
    status: link.status,
    payee: payee
      ? { first_name: payee.first_name ?? null, last_name: payee.last_name ?? null, ...contact }
      : null,
    delivery: { method: delivery.method, ...contact },
    tax_exempt,
    claimed_user_id: link.claimedUserId,
    flow_id: link.flowId,
    metadata: metadata ?? null,
  };
}

function transferJson(transfer: Transfer): object {
  return {
    id: transfer.id,
    created: new Date(transfer.createdAtMs).toISOString(),
    user_id: transfer.userId,
    status: transfer.status,
    type: transfer.type,
    amount: transfer.amount,
    external_data: {
      account_id: null,
      external_id: null,
      platform: transfer.type === "payout" ? "ach" : null,
    },
    transactions: [],
    payout_link_id: transfer.linkId,
    metadata: null,
  };
}
