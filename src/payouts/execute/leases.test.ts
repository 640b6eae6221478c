import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { defaultPatience } from "../../core/patience.ts";
import type { Lease } from "../../core/payout.ts";
import { createLog } from "../../telemetry/log.ts";
import type { LeaseHolder } from "../dependencies.ts";
import { keepLeases, type Leases } from "./leases.ts";

let renewed: Lease[];
/** What the ledger does at a renewal. */
let renew: (lease: Lease) => Promise<void>;
let leases: Leases;

beforeEach(() => {
  vi.useFakeTimers();
  renewed = [];
  renew = async (lease) => void renewed.push(lease);
  const log = createLog({ level: "silent" });
  const ledger = { renew: (lease: Lease) => renew(lease) };
  leases = keepLeases({ ledger, log, now: Date.now, owner: "process", patience: defaultPatience });
});
afterEach(() => {
  leases.close();
  vi.useRealTimers();
});

/** A call that is at work until it is ended. */
function call() {
  const { promise, resolve: end } = Promise.withResolvers<void>();
  let begun: (LeaseHolder & { lease: Lease }) | undefined;
  const ended = leases.hold((holder) => {
    begun = { ...holder, lease: holder.begin() };
    return promise;
  });
  if (!begun) throw new Error("The call did not begin.");
  return {
    ...begun,
    end: () => {
      end();
      return ended;
    },
  };
}

const pass = () => vi.advanceTimersByTimeAsync(defaultPatience.leaseMs / 4);
const owners = () => renewed.splice(0).map(({ owner }) => owner);

it("keeps the leases of calls at work with one statement, and no others", async () => {
  const [one, two] = [call(), call()];
  await pass();
  expect(renewed).toEqual([{ owner: one.lease.owner, untilMs: Date.now() + defaultPatience.leaseMs }]);
  expect(two.lease.owner).toBe(one.lease.owner);
  owners();
  await one.end();
  await pass();
  expect(owners()).toEqual([two.lease.owner]);
  await two.end();
  await pass();
  expect(owners()).toEqual([]);
});

it("does not keep up what was abandoned, once the calls from before have ended", async () => {
  const broken = call();
  const neighbour = call();
  broken.abandon();
  await broken.end();
  const later = call();
  expect(later.lease.owner).not.toBe(broken.lease.owner);
  await pass();
  expect(owners()).toEqual([neighbour.lease.owner, later.lease.owner]);
  await neighbour.end();
  await pass();
  expect(owners()).toEqual([later.lease.owner]);
  await later.end();
});

/** A call whose lease is written down, and whether it holds. */
function watched() {
  const { lease, watch, end } = call();
  return { isHeld: watch(lease), end };
}

it("holds what it keeps up, for as long as it does", async () => {
  const { isHeld, end } = watched();
  for (let beat = 0; beat < 12; beat++) {
    expect(isHeld()).toBe(true);
    await pass();
  }
  renew = () => Promise.reject(new Error("no store"));
  for (let beat = 0; beat < 3; beat++) {
    await pass();
    expect(isHeld()).toBe(true);
  }
  await pass();
  expect(isHeld()).toBe(false);
  await end();
});

it("holds nothing after it was stopped for as long as a lease lasts, whatever it renews then", async () => {
  const { isHeld, end } = watched();
  await pass();
  vi.setSystemTime(Date.now() + defaultPatience.leaseMs);
  expect(isHeld()).toBe(false);
  await pass();
  expect(isHeld()).toBe(false);
  const next = watched();
  expect(next.isHeld()).toBe(true);
  await Promise.all([end(), next.end()]);
});

it("does not count a renewal that others may have come before, or that began before the lease was there", async () => {
  const pending: (() => void)[] = [];
  renew = () => new Promise((resolve) => void pending.push(resolve));
  const early = watched();
  await pass();
  vi.setSystemTime(Date.now() + defaultPatience.leaseMs / 2);
  const late = watched();
  for (const resolve of pending.splice(0)) resolve();
  await vi.advanceTimersByTimeAsync(0);
  vi.setSystemTime(Date.now() + defaultPatience.leaseMs / 4);
  // The first was renewed a quarter after it began, and the second not at all.
  expect([early.isHeld(), late.isHeld()]).toEqual([true, true]);
  vi.setSystemTime(Date.now() + defaultPatience.leaseMs / 4 - 1);
  expect([early.isHeld(), late.isHeld()]).toEqual([true, true]);
  vi.setSystemTime(Date.now() + 1);
  expect([early.isHeld(), late.isHeld()]).toEqual([false, true]);
  vi.setSystemTime(Date.now() + defaultPatience.leaseMs / 2 - 1);
  expect(late.isHeld()).toBe(true);
  vi.setSystemTime(Date.now() + 1);
  expect(late.isHeld()).toBe(false);
  await Promise.all([early.end(), late.end()]);
});

it("begins a lease when its turn to be written comes, in order, and loses no turn to a failure", async () => {
  const { inTurn, end } = call();
  const writes = Array.from({ length: 300 }, () => Promise.withResolvers<void>());
  const begun: Lease[] = [];
  const ends = writes.map(({ promise }) =>
    inTurn((lease) => {
      begun.push(lease);
      return promise;
    }).catch((error: Error) => error.message),
  );
  await vi.advanceTimersByTimeAsync(1000);
  const atOnce = begun.length;
  expect(atOnce).toBeLessThan(300);
  writes[0]?.reject(new Error("The store is gone."));
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toHaveLength(atOnce + 1);
  expect(begun.at(-1)?.untilMs).toBe(Date.now() + defaultPatience.leaseMs);
  expect(begun[0]?.untilMs).toBe(Date.now() + defaultPatience.leaseMs - 1000);
  for (const { resolve } of writes) resolve();
  expect(await Promise.all(ends)).toContain("The store is gone.");
  expect(begun).toHaveLength(300);
  await end();
});
