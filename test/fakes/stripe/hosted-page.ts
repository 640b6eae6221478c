import type { ApiReply } from "./endpoints.ts";
import type { AccountLink, State } from "./state.ts";
import { activate, addPayoutMethod } from "./v2-payout-methods.ts";

/**
 * The hosted page at `/r/acct_…?link=…` (v2) and `/setup/c/acct_…/…` (v1). The first visit uses the link up and shows a
 * form; any later visit, or one after it has expired, is sent to `refresh_url`. The real page keeps the link's id in the
 * fragment, which no server sees; this one needs it in the query.
 */
export function answerPage(state: State, method: string, path: string, body: string): ApiReply {
  const url = new URL(path, state.url);
  const id = url.searchParams.get("link") ?? url.pathname.split("/").at(-1) ?? "";
  const link = state.links.get(id);
  if (!link || !url.pathname.includes(link.account)) return page(404, "There is no such page.");
  if (method === "POST") return submit(state, link, body);
  if (link.used || state.nowMs() >= link.expiresMs) return redirect(link.refreshUrl);
  link.used = true;
  return page(200, form(url, state.accounts.get(link.account)?.email ?? ""));
}

function submit(state: State, link: AccountLink, body: string): ApiReply {
  const account = state.accounts.get(link.account);
  if (!account || account.closed) return page(410, "This account is closed.");
  const fields = new URLSearchParams(body);
  const type = fields.get("type") === "card" ? "card" : "bank_account";
  addPayoutMethod(state, account, { type, currency: fields.get("currency") || "usd", last4: "6789" });
  activate(account);
  return redirect(link.returnUrl ?? link.refreshUrl);
}

function form(url: URL, email: string): string {
  return `<!doctype html><meta charset="utf-8"><title>Fake Stripe</title>
<h1>Fake Stripe: how do you want to be paid?</h1><p>${safe(email)}</p>
<form method="post" action="${safe(url.pathname + url.search)}">
<label>Method <select name="type"><option value="bank_account">Bank account<option value="card">Card</select></label>
<label>Currency <input name="currency" value="usd"></label><button>Continue</button></form>`;
}

function safe(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function redirect(location: string): ApiReply {
  return { status: 303, headers: { location }, body: "" };
}

function page(status: number, body: string): ApiReply {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    body,
  };
}
