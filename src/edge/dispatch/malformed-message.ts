import type { DescMethod } from "@bufbuild/protobuf";
import { Failure } from "../../core/failure.ts";

/** The answer to bytes that are not the method's request. */
export function malformedMessage(method: DescMethod, cause: unknown): Failure {
  return new Failure(
    "INVALID_DATA_FORMAT",
    `Invalid data format: the message cannot be read as ${method.input.typeName}. ` +
      "Generate the client from this server's schema; gRPC reflection has it.",
    { cause },
  );
}
