import { isIP, isIPv4 } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/** Finds the address of a page's client: IPv4 or IPv6 text, or `unknown` once the connection is gone. */
export type ClientAddress = (context: Context) => string;

/**
 * Reads a client's address behind a number of proxies, each of which appends its own client to X-Forwarded-For. Without proxies,
 * or where the header has too few entries, the connection's address counts, because any client can send the header.
 */
export function createClientAddress(trustedProxies: number): ClientAddress {
  return (context) => {
    const forwarded = (context.req.header("x-forwarded-for") ?? "").split(",");
    const client = trustedProxies > 0 ? addressIn(forwarded.at(-trustedProxies) ?? "") : undefined;
    return client ?? addressIn(connectionAddress(context)) ?? "unknown";
  };
}

function connectionAddress(context: Context): string {
  try {
    return getConnInfo(context).remote.address ?? "";
  } catch {
    // The runtime throws for a connection that is gone.
    return "";
  }
}

/** Some proxies add the port. */
const withPort = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d+)?$/;

function addressIn(text: string): string | undefined {
  const trimmed = text.trim();
  const [, inBrackets, dotted] = withPort.exec(trimmed) ?? [];
  const address = inBrackets ?? dotted ?? trimmed;
  if (isIP(address) === 0) return undefined;
  // A socket that takes both versions shows IPv4 addresses as these.
  const mapped = /^::ffff:/i.test(address) ? address.slice("::ffff:".length) : "";
  return isIPv4(mapped) ? mapped : address;
}
