import type { FakeLink } from "../../support/stages/provider-fake.ts";

/** A reply. */
export interface Answer {
  readonly status: number;
  readonly json: object;
}

/** A no of Acme's. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** A link as Acme has it. */
export interface Link {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  status: "open" | "claimed" | "processing" | "paid" | "cancelled" | "expired";
}

/** Acme's links and the endpoints that show them. */
export interface Links {
  /** @throws Refused */
  answer(method: string, path: string, authorization: string | undefined, body: string): Answer;
  find(id: string): Link;
  move(id: string, status: Link["status"]): void;
  list(): readonly FakeLink[];
}

const fields = new Set([
  "amount",
  "currency",
  "reference",
  "description",
  "return_url",
  "metadata",
  "expires_at",
]);

/** No links, to begin with. */
export function newLinks(): Links {
  const links = new Map<string, Link>();
  const find = (id: string): Link => {
    const link = links.get(id);
    if (!link) throw new Refused(404, "not_found");
    return link;
  };
  const make = (body: Readonly<Record<string, unknown>>): Answer => {
    const { amount, currency } = body;
    if (Object.keys(body).some((name) => !fields.has(name))) throw new Refused(400, "unknown_field");
    if (typeof amount !== "number" || typeof currency !== "string") throw new Refused(400, "invalid_field");
    if (amount > 1_000_000) throw new Refused(422, "amount_out_of_range");
    const link: Link = { id: `lnk_Fake${links.size + 1}`, amount, currency, status: "open" };
    links.set(link.id, link);
    return { status: 201, json: shown(link) };
  };
  const actions: Readonly<Record<string, (link: Link) => Answer>> = {
    payments: (link) => {
      if (link.status !== "claimed") throw new Refused(409, "link_not_claimed");
      link.status = "processing";
      return { status: 201, json: { id: `pay_${link.id}`, object: "payment", status: "processing" } };
    },
    cancel: (link) => {
      if (link.status === "paid") throw new Refused(409, "link_already_paid");
      link.status = "cancelled";
      return { status: 200, json: shown(link) };
    },
  };
  return {
    find,
    answer(method, path, authorization, body) {
      if (!/^Bearer acme_test_\w+$/.test(authorization ?? "")) throw new Refused(401, "wrong_key");
      if (method === "POST" && path === "/v1/links") return make(JSON.parse(body) as Record<string, unknown>);
      const [, id = "", action] = /^\/v1\/links\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
      const act = action === undefined ? undefined : actions[action];
      if (method === "POST" && act) return act(find(id));
      if (method === "GET" && action === undefined && id !== "")
        return { status: 200, json: shown(find(id)) };
      throw new Refused(404, "not_found");
    },
    move(id, status) {
      find(id).status = status;
    },
    list: () =>
      [...links.values()].map(({ id, status, amount }) => ({
        id,
        isLive: status === "open",
        isPaid: status === "paid",
        amountMinor: BigInt(amount),
      })),
  };
}

function shown({ id, amount, currency, status }: Link) {
  return { id, object: "link", status, amount, currency, url: `https://pay.acme.example/l/${id}` };
}
