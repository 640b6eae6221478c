import { Failure } from "../../core/failure.ts";

/** A request to the provider. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Begins with a slash; joined to the base URL that the core has chosen. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as application/json. */
  readonly json?: unknown;
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as it is, with a content-type from `headers`. For provider SDKs that encode by themselves. */
  readonly body?: string;
  /** Values in the path, besides the credentials, that neither the log nor the reply may repeat. */
  readonly secrets?: readonly string[];
  /**
   * `read` changes nothing and may always be repeated; `keyed` carries an idempotency key, so a repeat is the same request;
   * `once` must never be repeated by the client. GET is `read`, everything else `once`, unless said otherwise.
   */
  readonly effect?: "read" | "keyed" | "once";
}

/** The provider's reply. */
export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text where it is not JSON. */
  readonly body: unknown;
  /** As it arrived. */
  readonly text: string;
  /** Whose it is, for messages. */
  readonly connector: string;
  /** The effect that the request could have: decides the outcome if the reply cannot be read. */
  readonly effect: "read" | "keyed" | "once";
}

/** The only way out of a connector. Owns base URL, authentication, deadline, pool, retries, breaker, bulkhead, masking. */
export interface Http {
  /**
   * Sends a request, and returns a 2xx reply.
   *
   * @throws Refusal if the provider declines for good (4xx other than 408, 425 and 429).
   * @throws Failure PROVIDER_RATE_LIMITED (429), PROVIDER_UNAVAILABLE (nothing was changed), OUTCOME_UNKNOWN.
   */
  send(request: HttpRequest): Promise<HttpReply>;
  /** As {@link Http.send}, and returns every reply that a provider's SDK should read by itself, whatever its status. Only a lost or missing reply throws. */
  exchange(request: HttpRequest): Promise<HttpReply>;
}

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: HttpRequest["method"];
  /** With prefix and query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

/** Joins a connector's request with the path prefix of the base URL and the headers that the core adds. */
export function encodeRequest(
  request: HttpRequest,
  pathPrefix: string,
  ownHeaders: Readonly<Record<string, string>>,
): WireRequest {
  const { body, contentType } = encodeBody(request);
  const headers: Record<string, string> = { accept: "application/json", ...ownHeaders };
  if (contentType) headers["content-type"] = contentType;
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return { method: request.method, path: pathPrefix + request.path + encodeQuery(request), headers, body };
}

/**
 * Checks that no id or text of a caller has changed the path or a header of a request.
 *
 * @throws Failure INVALID_DATA_FORMAT for a path that leads elsewhere, and for a header that cannot be sent.
 */
export function checkRequest(
  connector: string,
  request: HttpRequest,
  options: { queryAllowed: boolean },
): void {
  const [path = "", ...queries] = request.path.split("?");
  const bent = !pathForm.test(path) || path.split("/").some((segment) => relativeSegment.test(segment));
  if (bent || (queries.length > 0 && !options.queryAllowed))
    throw invalid(
      `an id in the request cannot be one of ${connector}'s. Write the id as the provider gave it.`,
    );
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (!headerForm.test(value))
      throw invalid(`the value sent to ${connector} as ${name} has characters that a header cannot have.`);
  }
}

function invalid(hint: string): Failure {
  return new Failure("INVALID_DATA_FORMAT", `Invalid data format: ${hint}`);
}

const pathForm = /^(\/[\w.~!$&'()*+,;=:@%-]+)+\/?$/;
const headerForm = /^[\t\x20-\x7e\x80-\xff]*$/;
const relativeSegment = /^(\.|%2e){1,2}$/i;

function encodeBody(request: HttpRequest): { body: string | null; contentType?: string } {
  if (request.json !== undefined)
    return { body: JSON.stringify(request.json), contentType: "application/json" };
  if (request.form)
    return { body: encodePairs(request.form), contentType: "application/x-www-form-urlencoded" };
  return { body: request.body ?? null };
}

function encodeQuery(request: HttpRequest): string {
  const query = encodePairs(request.query ?? {});
  if (query === "") return "";
  return `${request.path.includes("?") ? "&" : "?"}${query}`;
}

function encodePairs(pairs: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(pairs)) {
    if (value !== undefined) query.append(name, String(value));
  }
  return query.toString();
}
