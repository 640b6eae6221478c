import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Lease } from "../ledger/ledger.ts";
import { createLog } from "../telemetry/log.ts";
import { keepLeases, LEASE_MS, type Leases } from "./leases.ts";

let renewed: Lease[];
let leases: Leases;

beforeEach(() => {
  vi.useFakeTimers();
  renewed = [];
  const renew = async (lease: Lease) => void renewed.push(lease);
  const log = createLog({ level: "silent" });
  leases = keepLeases({ ledger: { renew }, log, now: Date.now, owner: "process" });
});
afterEach(() => {
  leases.close();
  vi.useRealTimers();
});

/** A call that is at work until it is ended. */
function call() {
  const { promise, resolve: end } = Promise.withResolvers<void>();
  let begun: { lease: Lease; abandon(): void } | undefined;
  const ended = leases.hold(({ begin, abandon }) => {
    begun = { lease: begin(), abandon };
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

const pass = () => vi.advanceTimersByTimeAsync(LEASE_MS / 4);
const owners = () => renewed.splice(0).map(({ owner }) => owner);

it("keeps the leases of calls at work with one statement, and no others", async () => {
  const [one, two] = [call(), call()];
  await pass();
  expect(renewed).toEqual([{ owner: one.lease.owner, untilMs: Date.now() + LEASE_MS }]);
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
