import { describe, expect, it } from "vitest";
import { PayoutEnums_PayoutStatus as Status } from "../gen/types/payout_pb.ts";
import { mayFollow, sourceOf } from "./status.ts";

const all: readonly number[] = Object.values(Status);
const ends: readonly number[] = [
  Status.SUCCESS,
  Status.FAILED,
  Status.CANCELLED,
  Status.EXPIRED,
  Status.REVERSED,
  Status.INELIGIBLE,
];
const isEnd = (status: number) => ends.includes(status);

/** Where a payout stands after news that arrives in this order. */
const after = (order: readonly number[]) =>
  order.reduce((current, next) => (mayFollow(current, next, "update") ? next : current), 0);

describe("mayFollow", () => {
  it("lets a payout that has not ended go anywhere", () => {
    for (const current of all.filter((status) => !isEnd(status)))
      for (const next of all)
        expect(mayFollow(current, next, "update")).toBe(
          next !== current && next !== Status.PAYOUT_STATUS_UNSPECIFIED,
        );
  });

  it("never lets news bring an end back", () => {
    for (const current of ends)
      for (const next of all.filter((status) => !isEnd(status)))
        expect(mayFollow(current, next, "update")).toBe(false);
  });

  it.each([
    [Status.SUCCESS, [Status.FAILED, Status.REVERSED]],
    [Status.FAILED, [Status.SUCCESS, Status.REVERSED]],
    [Status.CANCELLED, [Status.SUCCESS, Status.REVERSED]],
    [Status.EXPIRED, [Status.SUCCESS, Status.REVERSED]],
    [Status.INELIGIBLE, [Status.SUCCESS, Status.REVERSED]],
    [Status.REVERSED, []],
  ])("lets the end %i be corrected to %j only", (current, corrections) => {
    expect(ends.filter((next) => mayFollow(current, next, "update"))).toEqual(corrections);
  });

  it("lets an attempt that was begun after a failure bring a payout that nobody was paid by anywhere", () => {
    for (const current of [Status.FAILED, Status.INELIGIBLE])
      for (const next of all.filter((status) => status !== 0 && status !== current))
        expect(mayFollow(current, next, "attemptAfterFailure")).toBe(true);
    expect(mayFollow(Status.CANCELLED, Status.PENDING, "attemptAfterFailure")).toBe(false);
    expect(mayFollow(Status.SUCCESS, Status.PENDING, "attemptAfterFailure")).toBe(false);
    expect(sourceOf(Status.FAILED)).toBe("attemptAfterFailure");
    expect(sourceOf(Status.INELIGIBLE)).toBe("attemptAfterFailure");
    expect(sourceOf(Status.PENDING)).toBe("update");
    expect(sourceOf(undefined)).toBe("update");
  });

  it("lets a recipient who is asked anew bring a failed payout back to the beginning, and nothing else", () => {
    const { FAILED, REQUIRES_PAYOUT_METHOD_DATA } = Status;
    for (const current of ends)
      expect(mayFollow(current, REQUIRES_PAYOUT_METHOD_DATA, "newClaimRound")).toBe(current === FAILED);
    expect(mayFollow(FAILED, Status.PENDING, "newClaimRound")).toBe(false);
  });

  it.each([
    [Status.SUCCESS, [Status.INITIATED, Status.PENDING, Status.REQUIRES_FULFILLMENT, Status.SUCCESS]],
    [Status.SUCCESS, [Status.PENDING, Status.CANCELLED, Status.EXPIRED, Status.SUCCESS]],
    [Status.REVERSED, [Status.PENDING, Status.SUCCESS, Status.FAILED, Status.REVERSED]],
    [Status.REVERSED, [Status.EXPIRED, Status.SUCCESS, Status.INITIATED, Status.REVERSED]],
    [Status.FAILED, [Status.INITIATED, Status.PENDING, Status.REQUIRES_CREATION, Status.FAILED]],
  ])("ends in %i whatever the order in which %j arrive", (end, statuses) => {
    for (const order of permutations(statuses)) expect([order, after(order)]).toEqual([order, end]);
  });
});

function permutations(values: readonly number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, index) =>
    permutations(values.toSpliced(index, 1)).map((rest) => [value, ...rest]),
  );
}
