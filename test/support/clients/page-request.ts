import type { MadeLink } from "./recipient.ts";

/** A request to a page, as a browser or a stranger sends it. */
export interface PageRequest {
  /** POST if absent and there is a body. */
  readonly method?: string;
  readonly body?: string | Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What it was answered. */
export interface PageReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Asks for a page, from an address of its own unless said otherwise. A form comes with what a browser says of ours. */
export async function askPage(
  url: string,
  { method, body, headers = {} }: PageRequest = {},
): Promise<PageReply> {
  const form = typeof body === "object" ? new URLSearchParams(body).toString() : body;
  const reply = await fetch(url, {
    method: method ?? (form === undefined ? "GET" : "POST"),
    redirect: "manual",
    headers: {
      "x-forwarded-for": `198.51.100.${++visitors % 256}`,
      ...(form !== undefined && {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
        origin: "null",
      }),
      ...headers,
    },
    ...(form !== undefined && { body: form }),
  });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

/** The hidden fields of a page's form. */
export function hiddenFields(html: string): Record<string, string> {
  const fields = html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]));
}

/** Opens a link, goes on to its form, and reads the form's hidden fields. */
export async function openForm({ url }: MadeLink): Promise<Record<string, string>> {
  await askPage(url, { body: hiddenFields((await askPage(url)).text) });
  return hiddenFields((await askPage(`${url}?step=details`)).text);
}

let visitors = 0;
