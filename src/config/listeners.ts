import { type AuthenticationMethods, requiresAuthentication } from "../security/authentication.ts";
import { readCallers } from "./callers.ts";
import type { Reading } from "./reading.ts";
import { readTls, type Tls } from "./tls.ts";
import { type Address, isEverywhere, isLoopback, parseAddress, parseUrl } from "./values.ts";

/** What the environment says of where to listen, and for whom. */
export interface Listeners {
  readonly listen: Address;
  /** Where pages are served, if not on the port of the API. */
  readonly publicListen: Address | undefined;
  readonly publicUrl: string | undefined;
  readonly tls: Tls | undefined;
  readonly callers: AuthenticationMethods;
}

/** As {@link Listeners}, where something may be amiss: the mistake is kept then. */
type Read = Omit<Listeners, "listen"> & { readonly listen: Address | undefined };

/** Reads where to listen, in TLS or not, and who may call there; and whether these go together. */
export function readListeners(reading: Reading): Read {
  const { read } = reading;
  const optional =
    <T>(parse: (text: string) => T) =>
    (text: string) =>
      text === "" ? undefined : parse(text);
  const listen = read("SLUICE_LISTEN", parseAddress);
  const publicListen = read("SLUICE_PUBLIC_LISTEN", optional(parseAddress));
  const publicUrl = read("SLUICE_PUBLIC_URL", optional(parseUrl));
  const tls = readTls(reading);
  const callers = readCallers(reading, tls?.clientCa !== undefined);
  const isClientCertificateOptional = requiresAuthentication({ ...callers, certificates: false });
  const listeners = {
    listen,
    publicListen,
    publicUrl,
    callers,
    tls: tls && { ...tls, isClientCertificateOptional },
  };
  checkCallers(reading, listeners);
  checkPages(reading, listeners);
  return listeners;
}

/** Whoever can reach the API is asked who they are, or something in front of it asks. */
function checkCallers({ text, mistake }: Reading, { listen, callers }: Read): void {
  const isOpen = !requiresAuthentication(callers) && text("SLUICE_ALLOW_UNAUTHENTICATED") !== "yes";
  if (!listen || isLoopback(listen.host) || !isOpen) return;
  mistake(
    `SLUICE_LISTEN is ${listen.host}, which others can reach, and nothing checks who calls: set SLUICE_API_KEYS, SLUICE_JWKS_URL or SLUICE_TLS_CLIENT_CA, or SLUICE_ALLOW_UNAUTHENTICATED=yes if something in front does`,
  );
}

/** Recipients can reach the pages, by what links begin with. */
function checkPages({ text, mistake }: Reading, { listen, publicListen, tls }: Read): void {
  const isApart = text("SLUICE_PUBLIC_LISTEN") !== "";
  if (tls?.clientCa && !isApart) {
    mistake(
      "SLUICE_PUBLIC_LISTEN is needed with SLUICE_TLS_CLIENT_CA: recipients have no client certificates, so their pages need a port of their own, such as 0.0.0.0:8443",
    );
  }
  const pages = isApart ? publicListen : listen;
  if (!pages || !isEverywhere(pages.host) || text("SLUICE_PUBLIC_URL") !== "") return;
  const name = isApart ? "SLUICE_PUBLIC_LISTEN" : "SLUICE_LISTEN";
  mistake(
    `SLUICE_PUBLIC_URL is needed with ${name}=${text(name)}: links cannot begin with ${pages.host}. Write what recipients reach, such as https://pay.example.com`,
  );
}
