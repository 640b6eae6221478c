import type { ServerResponse } from "node:http";
import { claim, type Link, type State, settle } from "./state.ts";

/** The hosted page at `/pay/{token}`: a person claims the link on it, and may make the payment fail or arrive. */
export function answerPage(
  state: State,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: string },
  response: ServerResponse,
): void {
  const link = state.links.get(path.split("/")[2] ?? "");
  if (!link || !path.startsWith("/pay/")) {
    html(response, 404, "<p>There is no such page.");
    return;
  }
  if (method === "POST") act(state, link, new URLSearchParams(body).get("do") ?? "");
  html(response, 200, form(link));
}

function act(state: State, link: Link, action: string): void {
  if (action === "claim") claim(state, link);
  if (action === "pay" && link.status === "claimed") settle(state, link, "completed");
  if (action === "fail" && link.status === "claimed") settle(state, link, "failed");
}

function form({ amount, description, status }: Link): string {
  const buttons = { pending: ["claim"], claimed: ["pay", "fail"] }[status as string] ?? [];
  return `<p>${(amount / 100).toFixed(2)} USD for you: ${safe(description ?? "")}<p>This link is ${status}.
<form method="post">${buttons.map((name) => `<button name="do" value="${name}">${name}</button> `).join("")}</form>`;
}

function safe(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function html(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(`<!doctype html><meta charset="utf-8"><title>Fake Easy Labs</title>${body}`);
}
