import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { type LogLevel, logLevels } from "../telemetry/log.ts";

// Each reads the text of one variable, and throws a TypeError that goes on from the variable's name and says what to write.

/** Where to listen. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An address and a port. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (!host || port > 65_535)
    throw new TypeError("must be an address and a port: write 127.0.0.1:8080 or [::1]:8080");
  return { host, port };
}

/** Whether only this machine can reach a host. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Whether a host stands for every address of this machine. */
export function isEverywhere(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** The URL of a ledger. */
export function parseDatabaseUrl(text: string): string {
  if (/^sqlite:.+/.test(text) || /^postgres(ql)?:\/\/.+/.test(text)) return text;
  throw new TypeError("must be sqlite:<file> or postgres://user:password@host/database");
}

/** A base URL, without the slash at its end. Paths are put behind it, so nothing may be there that would swallow them. */
export function parseUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:\/\/[^\s?#@]+$/.test(text)) {
    throw new TypeError("must be a URL without password and query, such as https://pay.example.com");
  }
  return url.href.replace(/\/+$/, "");
}

/** How talkative the log is. */
export function parseLogLevel(text: string): LogLevel {
  const level = logLevels.find((name) => name === text);
  if (!level) throw new TypeError(`must be one of ${logLevels.join(", ")}`);
  return level;
}

/** A whole number above zero. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new TypeError("must be a whole number from 1 to 9999999");
  return Number(text);
}

/** The path of a file or folder that is there. */
export function existing(path: string): string {
  if (!existsSync(path)) throw new TypeError("names a file or folder that does not exist");
  return path;
}
