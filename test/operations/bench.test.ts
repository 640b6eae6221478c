import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judge } from "../../bench/finding.ts";
import { sendLoad } from "../../bench/grpc-load.ts";
import { interleave, medianOf } from "../../bench/rounds.ts";
import { Failure } from "../../src/core/failure.ts";
import { PayoutServiceCreateLinkRequestSchema } from "../../src/gen/types/payout_pb.ts";
import { type EchoEdge, echo, startEchoEdge } from "../edge/echo-edge.ts";

// What the numbers of the bench rest on: that its load generator sends what it says, and tells errors from answers.

describe("the load generator", () => {
  const seen = new Map<string, number>();
  let atWork = 0;
  let mostAtWork = 0;
  let edge: EchoEdge;
  beforeAll(async () => {
    edge = await startEchoEdge({
      createLink: async (request, call) => {
        const { merchantPayoutId = "", description } = request as {
          merchantPayoutId?: string;
          description?: string;
        };
        seen.set(merchantPayoutId, (seen.get(merchantPayoutId) ?? 0) + 1);
        atWork += 1;
        mostAtWork = Math.max(mostAtWork, atWork);
        await new Promise(setImmediate);
        atWork -= 1;
        if (description === "fail") throw new Failure("PAYOUT_NOT_FOUND", "No such payout.");
        return echo(request, call);
      },
    });
  });
  afterAll(() => edge.drain(0));

  const load = (description: (index: number) => string) => {
    let count = 0;
    return {
      url: edge.url,
      path: "/types.PayoutService/CreateLink",
      headers: { "x-connector": "acme" },
      message: () => {
        const index = count++;
        const fields = { merchantPayoutId: `order-${index}`, description: description(index) };
        return toBinary(
          PayoutServiceCreateLinkRequestSchema,
          create(PayoutServiceCreateLinkRequestSchema, fields),
        );
      },
    };
  };

  it("sends every call once, and no more at a time than it was told", async () => {
    const loaded = await sendLoad({ ...load(() => "ok"), calls: 500, inFlight: 20, connections: 3 });
    expect(loaded).toMatchObject({ calls: 500, errors: 0, firstError: undefined });
    expect(seen.size).toBe(500);
    expect(new Set(seen.values())).toEqual(new Set([1]));
    expect(mostAtWork).toBeLessThanOrEqual(20);
    expect(mostAtWork).toBeGreaterThan(1);
  });

  it("counts the calls that failed, and says how the first did", async () => {
    const fails = load((index) => (index % 10 === 3 ? "fail" : "ok"));
    const loaded = await sendLoad({ ...fails, calls: 100, inFlight: 8, connections: 2 });
    expect(loaded).toMatchObject({ calls: 100, errors: 10, firstError: "5" });
  });

  it("waits for room where the server's window is full", async () => {
    const large = load(() => "x".repeat(16_000));
    const loaded = await sendLoad({ ...large, calls: 60, inFlight: 30, connections: 1 });
    expect(loaded).toMatchObject({ errors: 0 });
  });

  it("ends where the server has gone", async () => {
    const gone = await startEchoEdge({ createLink: () => new Promise(() => undefined) });
    const loading = sendLoad({ ...load(() => "ok"), url: gone.url, calls: 20, inFlight: 4, connections: 1 });
    await expect.poll(() => gone.metrics.text()).toMatch(/sluice_rpcs_in_flight 4/);
    await gone.drain(0);
    expect(await loading).toMatchObject({ calls: 20, errors: 20 });
  });
});

describe("a finding is judged", () => {
  const finding = { row: 1, what: "", unit: "µs", ours: 30, reference: 20 };
  it.each([
    [{ of: "ratio", atMost: 1.5 }, true, 0],
    [{ of: "ratio", atMost: 1.2 }, false, 25],
    [{ of: "ratio", atLeast: 2 }, false, 25],
    [{ of: "difference", atMost: 8 }, false, 25],
    [{ of: "value", atMost: 30 }, true, 0],
    [{ of: "value", atLeast: 40 }, false, 25],
    [{ of: "value", atMost: 0 }, false, Number.POSITIVE_INFINITY],
  ] as const)("by %j", (target, met, missedByPercent) => {
    const verdict = judge({ ...finding, target });
    expect(verdict?.met).toBe(met);
    expect(verdict?.missedByPercent).toBeCloseTo(missedByPercent);
  });

  it("by the median of rounds that take turns", async () => {
    const order: string[] = [];
    const side = (name: string, values: number[]) => async () => {
      order.push(name);
      return values.shift() ?? 0;
    };
    const results = await interleave(3, { a: side("a", [9, 1, 5]), b: side("b", [2, 2, 8]) });
    expect(order.join("")).toBe("ababab");
    expect(medianOf(results.a, (value) => value)).toBe(5);
    expect(medianOf([1, 2, 3, 10], (value) => value)).toBe(2.5);
  });
});
