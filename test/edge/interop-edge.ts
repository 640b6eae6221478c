import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { expect } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import { StatusSchema } from "../../src/gen/google/rpc/status_pb.ts";
import {
  type PayoutServiceCreateLinkRequest,
  PayoutServiceCreateLinkRequestSchema,
} from "../../src/gen/types/payout_pb.ts";
import { type EchoEdge, echo, startEchoEdge } from "./echo-edge.ts";

/** Everything that encodings stumble over. */
export const failureMessage = "Missing required field: x-connector/a,b;c=d&e+f$g#h@i? 50% of “café” 🙂 %3A";

/** An id for which the call fails with {@link failureMessage}. */
export const failing = "fail";

/** An id for which the call ends only with its caller. */
export const slow = "slow";

/** Starts an edge that echoes, fails or waits, and shows the binary header `mark-bin` in hexadecimal. */
export function startInteropEdge(): Promise<EchoEdge> {
  return startEchoEdge({
    createLink: async (message, call) => {
      const request = message as PayoutServiceCreateLinkRequest;
      if (request.merchantPayoutId === failing) {
        throw new Failure("CONNECTOR_BUSY", failureMessage, { field: "x-connector", retryAfterMs: 2000 });
      }
      if (request.merchantPayoutId === slow) {
        await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
      }
      call.setTrailer("idempotent-replayed", "true");
      const mark = Buffer.from(call.metadata.get("mark-bin") ?? "", "base64").toString("hex");
      return echo(
        create(PayoutServiceCreateLinkRequestSchema, {
          ...request,
          description: `${request.description ?? ""}${mark}`,
        }),
        call,
      );
    },
  });
}

/** A serialised request. */
export function requestBytes(merchantPayoutId: string, description = ""): Buffer {
  const fields = { merchantPayoutId, description };
  return Buffer.from(
    toBinary(PayoutServiceCreateLinkRequestSchema, create(PayoutServiceCreateLinkRequestSchema, fields)),
  );
}

/** The google.rpc.Status of the failure is complete. */
export function expectDetails(status: Uint8Array): void {
  const { code, message, details } = fromBinary(StatusSchema, status);
  expect({ code, message, details: details.length }).toEqual({
    code: Code.ResourceExhausted,
    message: failureMessage,
    details: 3,
  });
}
