import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { Failure, invalidField } from "../../core/failure.ts";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../gen/google/rpc/status_pb.ts";
import { codeName, encodeStatus, toConnectError } from "./status.ts";

function statusOf(error: unknown) {
  return fromBinary(StatusSchema, encodeStatus(toConnectError(error)) ?? new Uint8Array());
}

test("a failure becomes its code, its message and the details of google.rpc", () => {
  const status = statusOf(
    new Failure("SERVER_BUSY", "Come back.", {
      retryAfterMs: 1500,
      field: "amount.currency",
      metadata: { a: "b" },
    }),
  );
  const [info, request, retry] = status.details;
  expect(status).toMatchObject({ code: Code.ResourceExhausted, message: "Come back." });
  expect(info && anyUnpack(info, ErrorInfoSchema)).toMatchObject({
    reason: "SERVER_BUSY",
    domain: "sluice",
    metadata: { a: "b", retryable: "true" },
  });
  expect(request && anyUnpack(request, BadRequestSchema)?.fieldViolations).toMatchObject([
    { field: "amount.currency", description: "Come back." },
  ]);
  expect(retry && anyUnpack(retry, RetryInfoSchema)?.retryDelay).toMatchObject({
    seconds: 1n,
    nanos: 500_000_000,
  });
});

test("details that do not apply are absent", () => {
  expect(statusOf(new Failure("PAYOUT_NOT_FOUND", "No.")).details).toHaveLength(1);
});

test("an unexpected error reveals nothing of itself", () => {
  const error = toConnectError(new Error("password hunter2"));
  expect(error.code).toBe(Code.Internal);
  expect(error.rawMessage).toBe("Internal error.");
  expect(Buffer.from(encodeStatus(error) ?? []).toString("latin1")).not.toContain("hunter2");
});

test("a ConnectError is passed on, and without details there is no status to send", () => {
  const error = new ConnectError("No such service.", Code.NotFound);
  expect(toConnectError(error)).toBe(error);
  expect(encodeStatus(error)).toBeUndefined();
});

test.each(["", "a", "ab"])(
  "a message that would not fit in headers is cut, between characters: %j",
  (start) => {
    const { rawMessage, details } = toConnectError(invalidField(start, "€".repeat(5000)));
    expect(Buffer.byteLength(rawMessage)).toBeLessThanOrEqual(1024);
    expect(rawMessage).toMatch(/[^\ufffd]…$/);
    expect(details).toHaveLength(2);
  },
);

test("codes have the names that gRPC gives them", () => {
  expect(codeName(Code.InvalidArgument)).toBe("invalid_argument");
  expect(codeName(Code.DeadlineExceeded)).toBe("deadline_exceeded");
});
