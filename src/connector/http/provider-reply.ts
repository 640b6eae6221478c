import type { z } from "zod";
import type { HttpReply } from "./http.ts";
import { noClearAnswer } from "./provider-failure.ts";

/**
 * Reads a 2xx reply with a small zod shape that accepts null and absence wherever the connector can do without.
 *
 * @throws Failure OUTCOME_UNKNOWN where the request could change something, otherwise PROVIDER_UNAVAILABLE: the provider
 * said yes in words that nobody can read. Names the fields, never their values.
 */
export function readReply<T>(reply: HttpReply, shape: z.ZodType<T>): T {
  const read = shape.safeParse(reply.body);
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => issue.path.join(".") || "the body");
  const whatHappened = `answered ${reply.status} with a reply that cannot be read (${[...new Set(fields)].join(", ")})`;
  throw noClearAnswer(reply.connector, whatHappened, reply.effect);
}

/** A reply's text as JSON where it is JSON. `readable` is false where JSON was promised and something else came. */
export function parseBody(
  text: string,
  contentType: string | undefined,
): { readonly body: unknown; readonly readable: boolean } {
  const promised = contentType?.includes("json") === true && text !== "";
  if (!promised && !looksLikeJson.test(text)) return { body: text, readable: true };
  try {
    return { body: JSON.parse(text) as unknown, readable: true };
  } catch {
    return { body: text, readable: !promised };
  }
}

const looksLikeJson = /^\s*[[{]/;

/** The delay that a `retry-after` header asks for, in milliseconds; undefined if there is none that can be read. */
export function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header === "") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1_000) : undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
