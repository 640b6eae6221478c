import { isIP, isIPv4 } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/** Finds the address of whoever asks for a page: IPv4 or IPv6 text, or `unknown` once the connection is gone. */
export type ClientAddress = (context: Context) => string;

/**
 * Makes what finds the address of a client behind so many proxies, of which each appends to X-Forwarded-For whom it was asked
 * by. With none, or where the header does not say as much, the address is that of the connection: anybody can write a header.
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
