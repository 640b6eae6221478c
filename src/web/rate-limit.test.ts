import { describe, expect, it } from "vitest";
import { createRateLimiter, network } from "./rate-limit.ts";

describe("one address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::FFFF:c000:207", "192.0.2.7"],
    ["2001:db8:7:7::1", "2001:db8:7:7"],
    ["2001:0DB8:0007:0007:ffff:ffff:ffff:ffff", "2001:db8:7:7"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["unknown", "unknown"],
  ])("%s counts as %s", (address, expected) => {
    expect(network(address)).toBe(expected);
  });
});

describe("a gate", () => {
  it("lets so many through, and says when to come back", async () => {
    const gate = createRateLimiter({ views: 3, submits: 2, submitsPerLink: 1 });
    const looks = await Promise.all(Array.from({ length: 5 }, () => gate.view("192.0.2.7")));
    expect(looks.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    for (const seconds of looks.slice(3)) expect(seconds).toBeGreaterThan(0);
    expect(await gate.submit("192.0.2.7")).toBeUndefined();
    expect(await gate.submitPerLink("a")).toBeUndefined();
    expect(await gate.submitPerLink("a")).toBeGreaterThan(50);
    expect(await gate.submitPerLink("b")).toBeUndefined();
  });
});
