import { Failure } from "../../core/failure.ts";
import type { HttpRequest } from "./http.ts";

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
 * Checks what ids and texts of a caller may have made of a request.
 *
 * @throws Failure INVALID_DATA_FORMAT for a path that has been bent to another place, and for a header that cannot be sent.
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
      throw invalid(`what is sent to ${connector} as ${name} has characters that it cannot have.`);
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
