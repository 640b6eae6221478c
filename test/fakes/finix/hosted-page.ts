import type { LinkBook, LinkState, StoredLink } from "./link-book.ts";

/** An answer for a person. */
export interface PageReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Step {
  readonly from: readonly LinkState[];
  readonly to: LinkState;
}

/** The events of a link, each with a button on its page. After a failed payment the recipient claims again. */
export const steps = {
  claim: { from: ["ACTIVE"], to: "AWAITING_PAYOUT" },
  pay: { from: ["AWAITING_PAYOUT"], to: "COMPLETED" },
  fail: { from: ["AWAITING_PAYOUT"], to: "ACTIVE" },
} as const satisfies Record<string, Step>;

const labels: Readonly<Record<keyof typeof steps, string>> = {
  claim: "Give my details",
  pay: "The money arrives",
  fail: "The payment fails",
};

/** The page at a link's URL, for clicking through: it shows the state of the link and the events that can follow. */
export function answerPage(book: LinkBook, method: string, path: string, body: string): PageReply {
  const link = book.byCode(path.split("/").at(-1) ?? "");
  if (!link) return page(404, "There is no such link.");
  if (method === "POST") {
    const name = new URLSearchParams(body).get("step") ?? "";
    if (!Object.hasOwn(steps, name)) return page(400, "There is no such step.");
    const { from, to }: Step = steps[name as keyof typeof steps];
    if (!from.includes(link.state)) return page(409, shown(link));
    book.move(link, from, to);
    return { status: 303, headers: { location: path }, body: "" };
  }
  return page(200, shown(link));
}

function shown(link: StoredLink): string {
  const { total_amount, currency } = link.body.amount_details;
  const buttons = Object.entries(steps)
    .filter(([, { from }]) => (from as readonly LinkState[]).includes(link.state))
    .map(([name]) => `<button name="step" value="${name}">${labels[name as keyof typeof steps]}</button>`);
  return `<h1>Fake Finix: ${total_amount} ${currency} (minor units)</h1>
<p>This link is ${link.state}.</p><form method="post">${buttons.join(" ")}</form>`;
}

function page(status: number, content: string): PageReply {
  const body = `<!doctype html><meta charset="utf-8"><title>Fake Finix</title>${content}`;
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    body,
  };
}
