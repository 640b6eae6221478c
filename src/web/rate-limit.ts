import { createHash, randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** How much the pages take, in requests a minute. */
export interface PageLimits {
  /** GETs from one address. */
  readonly views: number;
  /** POSTs from one address. */
  readonly submits: number;
  /** POSTs to one link, wherever from. */
  readonly submitsPerLink: number;
}

/** Generous to people behind one address, and tight for programs. */
export const defaultPageLimits: PageLimits = { views: 240, submits: 30, submitsPerLink: 10 };

/** Counts requests. Each answers in how many seconds to come back, or undefined where the request may pass. */
export interface RateLimiter {
  view(address: string): Promise<number | undefined>;
  submit(address: string): Promise<number | undefined>;
  submitPerLink(payoutId: string): Promise<number | undefined>;
}

/** Counters of one process. */
export function createRateLimiter(limits: PageLimits): RateLimiter {
  const looks = counter(limits.views);
  const acts = counter(limits.submits);
  const actsOnLink = counter(limits.submitsPerLink);
  return {
    view: (address) => looks(network(address)),
    submit: (address) => acts(network(address)),
    submitPerLink: actsOnLink,
  };
}

/**
 * What counts as one address: IPv6 by its first 64 bits, since whoever has one address there has them all, and IPv4 inside
 * IPv6 as IPv4.
 */
export function network(address: string): string {
  const plain = address.replace(/%.*$/, "").toLowerCase();
  if (!isIPv6(plain)) return plain;
  // The URL parser writes every form of an address in the shortest one.
  const shortest = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(shortest) ?? [];
  if (high && low) {
    const bits = [high, low].map((group) => Number.parseInt(group, 16));
    return bits.flatMap((group) => [group >> 8, group & 255]).join(".");
  }
  const [left = "", right] = shortest.split("::");
  const groups = left === "" ? [] : left.split(":");
  const last = right ? right.split(":") : [];
  const zeros = right === undefined ? 0 : 8 - groups.length - last.length;
  return [...groups, ...Array<string>(zeros).fill("0"), ...last].slice(0, 4).join(":");
}

const MINUTE_SECONDS = 60;

function counter(points: number): (name: string) => Promise<number | undefined> {
  const limiter = new RateLimiterMemory({ points, duration: MINUTE_SECONDS });
  // Names fall into so many slots, which bounds the memory that strangers can fill. Nobody can choose to share another's.
  const salt = randomBytes(16);
  const slot = (name: string) => createHash("sha256").update(salt).update(name).digest().readUInt16BE();
  return async (name) => {
    try {
      await limiter.consume(slot(name));
      return undefined;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      throw refused;
    }
  };
}
