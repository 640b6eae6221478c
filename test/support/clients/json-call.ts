/** What a call in JSON over HTTP was answered with. */
export interface JsonAnswer {
  readonly status: number;
  /** As Connect writes it: `not_found`; undefined where all is well. */
  readonly code: unknown;
  /** `google.rpc.ErrorInfo.reason`. */
  readonly reason: string | undefined;
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Calls any method, such as `types.PayoutService/Get`, of a service on this machine. */
export async function callJson(
  service: { readonly url: string },
  path: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Promise<JsonAnswer> {
  const reply = await fetch(`${service.url}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-connector": "sandbox", ...headers },
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  const json = JSON.parse(text) as JsonAnswer["json"];
  const [info] = (json.details as { debug?: { reason?: string } }[] | undefined) ?? [];
  return { status: reply.status, code: json.code, reason: info?.debug?.reason, json, text };
}

/** The header with which callers say who they are. */
export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
