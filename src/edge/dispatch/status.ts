import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { Failure } from "../../core/failure.ts";
import { reasons } from "../../core/reasons.ts";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../gen/google/rpc/status_pb.ts";

type Detail = Exclude<ConnectError["details"][number], { type: string }>;

/**
 * Turns an error into the one that Connect sends: gRPC code, message, and the details of
 * google.rpc (ErrorInfo, BadRequest where a field is at fault, RetryInfo where there is a delay). A ConnectError is passed
 * on as it is; an unexpected error becomes INTERNAL, and nothing of it is revealed.
 */
export function toConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  const failure =
    error instanceof Failure ? error : new Failure("INTERNAL", "Internal error.", { cause: error });
  const connectError = new ConnectError(
    shortened(failure.message),
    reasons[failure.reason].code,
    undefined,
    undefined,
    failure,
  );
  connectError.details = detailsOf(failure);
  return connectError;
}

/** google.rpc.Status for the `grpc-status-details-bin` trailer; undefined where there is nothing beyond code and message. */
export function encodeStatus(error: ConnectError): Uint8Array | undefined {
  if (error.details.length === 0) return undefined;
  const details = error.details.map((detail) =>
    "desc" in detail
      ? anyPack(detail.desc, create(detail.desc, detail.value))
      : { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value },
  );
  return toBinary(
    StatusSchema,
    create(StatusSchema, { code: error.code, message: error.rawMessage, details }),
  );
}

/** The code's name as Connect and our metrics write it: `invalid_argument`, … */
export function codeName(code: Code): string {
  return codeNames[code] ?? "unknown";
}

const codeNames = Object.fromEntries(
  Object.entries(Code)
    .filter(([, code]) => typeof code === "number")
    .map(([name, code]) => [code, name.replace(/(?<=[a-z])[A-Z]/g, "_$&").toLowerCase()]),
);

function detailsOf(failure: Failure): Detail[] {
  const { reason, retryable, metadata, field, retryAfterMs } = failure;
  const details: Detail[] = [
    {
      desc: ErrorInfoSchema,
      value: { reason, domain: "sluice", metadata: { ...metadata, retryable: String(retryable) } },
    },
  ];
  if (field !== undefined) {
    const fieldViolations = [{ field, description: shortened(failure.message) }];
    details.push({ desc: BadRequestSchema, value: { fieldViolations } });
  }
  if (retryAfterMs !== undefined) {
    details.push({ desc: RetryInfoSchema, value: { retryDelay: duration(retryAfterMs) } });
  }
  return details;
}

function duration(ms: number): { seconds: bigint; nanos: number } {
  const whole = Math.max(0, Math.ceil(ms));
  return { seconds: BigInt(Math.floor(whole / 1000)), nanos: (whole % 1000) * 1_000_000 };
}

/** The text travels three times in headers, and some clients refuse headers above 8 KB. */
const messageBytes = 1024;

function shortened(message: string): string {
  if (Buffer.byteLength(message) <= messageBytes) return message;
  const kept = Buffer.from(message)
    .subarray(0, messageBytes - 3)
    .toString()
    .replace(/\ufffd+$/, "");
  return `${kept}…`;
}
