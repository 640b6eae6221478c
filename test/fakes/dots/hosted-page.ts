import { claimLink, isLive, type Link, newestPayment, type State } from "./state.ts";

/** A page, or where to go instead. */
export interface Page {
  readonly status: number;
  readonly html: string;
  readonly location?: string;
}

/** The page that a link leads to, and what its buttons do. */
export function answerPage(state: State, method: string, path: string, body: string): Page {
  const token = path.replace(/^\/payout_link\//, "");
  const link = [...state.links.values()].find((each) => each.token === token);
  if (!link) return page(404, "There is no such link.");
  if (method !== "POST") return page(200, form(state, link));
  const action = new URLSearchParams(body).get("action") ?? "";
  if (!Object.hasOwn(actions, action) || !offers(state, link).includes(action))
    return page(409, "That cannot be done now.");
  actions[action as keyof typeof actions](state, link);
  return { status: 303, html: "", location: path };
}

/** The actions of a person on the page. */
export const actions = {
  claim: claimLink,
  pay: (state: State, link: Link) => endPayment(state, link, "completed"),
  fail: (state: State, link: Link) => endPayment(state, link, "failed"),
};

function offers(state: State, link: Link): readonly string[] {
  const payment = newestPayment(state, link)?.status;
  if (isLive(link) || payment === "failed") return ["claim"];
  return payment === "pending" ? ["pay", "fail"] : [];
}

function endPayment(state: State, link: Link, status: "completed" | "failed"): void {
  const payment = newestPayment(state, link);
  if (payment?.status !== "pending") throw new RangeError(`link ${link.id} has no payment in progress`);
  payment.status = status;
}

function form(state: State, link: Link): string {
  const buttons = offers(state, link).map(
    (action) => `<button name="action" value="${action}">${action}</button>`,
  );
  const payment = newestPayment(state, link)?.status ?? "none yet";
  return `<h1>Fake Dots: ${(link.body.amount / 100).toFixed(2)} USD</h1>
<p>Link: ${link.status}. Payment: ${payment}.</p><form method="post">${buttons.join(" ")}</form>`;
}

function page(status: number, content: string): Page {
  return { status, html: `<!doctype html><meta charset="utf-8"><title>Fake Dots</title>\n${content}` };
}
