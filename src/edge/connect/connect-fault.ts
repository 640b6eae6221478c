import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { Failure } from "../../core/failure.ts";
import type { Limits } from "../dispatch/limits.ts";
import { malformedMessage } from "../dispatch/methods.ts";
import { explainJson } from "./json-fault.ts";

/** A call that Connect could not read. */
export interface UnreadCall {
  readonly method: DescMethod;
  /** The body as far as it has been read, where it is JSON and not compressed. */
  readonly body: readonly Uint8Array[];
  readonly limits: Limits;
}

/**
 * Turns an error that Connect found while it read a call into one that helps the caller. Undefined for any other error, which
 * means that the caller has gone.
 */
export function explainConnectError(error: unknown, call: UnreadCall): Failure | ConnectError | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  if (error.code === Code.InvalidArgument && error.rawMessage.includes("from JSON"))
    return explainBody(error, call);
  if (error.code === Code.Internal && error.rawMessage.startsWith("parse binary")) {
    return malformedMessage(call.method, error);
  }
  if (error.code === Code.ResourceExhausted && error.details.length === 0) return tooLarge(call.limits);
  return error;
}

function explainBody(error: ConnectError, { method, body }: UnreadCall): Failure {
  const text = Buffer.concat(body).toString("utf8");
  // Without the text only Connect's own message is left, which names the field or its type.
  if (text === "") return new Failure("INVALID_DATA_FORMAT", `Invalid data format: ${error.rawMessage}.`);
  return explainJson(method.input, text);
}

function tooLarge({ messageBytes }: Limits): Failure {
  return new Failure(
    "REQUEST_TOO_LARGE",
    `The message is too large; this server takes ${messageBytes} bytes. Send a smaller message.`,
  );
}
