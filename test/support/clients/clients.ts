import { execFile } from "node:child_process";
import { type DescMessage, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { PayoutService } from "../../../src/gen/types/payout_pb.ts";
import type { RunningService } from "../service/service.ts";
import { bufProgram, tool } from "../tools.ts";

/** A call of `types.PayoutService`, in JSON with the names of the proto files. */
export interface TestCall {
  readonly rpc: keyof typeof PayoutService.method;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: JsonValue;
}

/** What a client was told: either a reply, or a code with a message. */
export interface Told {
  readonly reply?: Readonly<Record<string, unknown>>;
  /** As gRPC writes it: `INVALID_ARGUMENT`. */
  readonly code?: string;
  readonly message?: string;
  /** `google.rpc.ErrorInfo.reason`, from clients that show details. */
  readonly reason?: string;
  /** Trailers, or headers where the protocol has none. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** Ways to call, by the client's name. Each is the real client; buf curl, which is connect-go, speaks three protocols. */
export const clients: Readonly<Record<string, (service: RunningService, call: TestCall) => Promise<Told>>> = {
  "grpc-js": callGrpcJs,
  curl: callCurl,
  ...(tool("grpcurl") && { grpcurl: callGrpcurl }),
  ...Object.fromEntries(
    ["grpc", "grpcweb", "connect"].map((protocol) => [
      `buf curl over ${protocol}`,
      (service: RunningService, call: TestCall) => callBuf(service, call, protocol),
    ]),
  ),
};

/** Our id of the payout whose link a reply shows, which providers' objects carry. */
export function linkIdOf(told: Told): string {
  return linkOf(told).id;
}

/** The link in a reply. */
export function linkOf({
  reply,
}: Told): Readonly<Record<"id" | "url" | "state" | "create_time" | "expire_time", string>> {
  if (!reply?.payout_link) throw new Error(`There is no link in ${JSON.stringify(reply)}`);
  return reply.payout_link as ReturnType<typeof linkOf>;
}

/** Calls with grpc-js over plaintext HTTP/2. */
export async function callGrpcJs(
  service: Pick<RunningService, "target">,
  { rpc, headers = {}, body }: TestCall,
): Promise<Told> {
  const method = PayoutService.method[rpc];
  const client = new Client(service.target, credentials.createInsecure());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const request = Buffer.from(toBinary<DescMessage>(method.input, fromJson<DescMessage>(method.input, body)));
  const trailers: Record<string, string> = {};
  try {
    return await new Promise<Told>((resolve) => {
      const unary = client.makeUnaryRequest(
        `/types.PayoutService/${method.name}`,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        request,
        metadata,
        (error: ServiceError | null, reply?: Buffer) => {
          // The status event carries the trailers and comes after this callback.
          setImmediate(() =>
            resolve(error ? grpcJsError(error) : { reply: grpcJsReply(method.output, reply), trailers }),
          );
        },
      );
      unary.on("status", (status) => Object.assign(trailers, status.metadata.getMap()));
    });
  } finally {
    client.close();
  }
}

function grpcJsReply(schema: DescMessage, bytes: Buffer | undefined): Readonly<Record<string, unknown>> {
  const json = toJson(schema, fromBinary(schema, bytes ?? new Uint8Array()), { useProtoFieldName: true });
  return json as Record<string, unknown>;
}

function grpcJsError(error: ServiceError): Told {
  const details = error.metadata.get("grpc-status-details-bin")[0];
  const reason =
    details && /[A-Z][A-Z_]{3,}/.exec(details.toString("latin1").split("google.rpc.ErrorInfo")[1] ?? "")?.[0];
  return { code: codeName(error.code), message: error.details, ...(reason && { reason }), trailers: {} };
}

/** Calls with curl: JSON over HTTP/1.1. */
export async function callCurl(
  service: RunningService,
  { rpc, headers = {}, body }: TestCall,
): Promise<Told> {
  const { stdout } = await run("curl", [
    "-sS",
    "-i",
    `${service.url}/types.PayoutService/${PayoutService.method[rpc].name}`,
    ...Object.entries({ "content-type": "application/json", ...headers }).flatMap(([name, value]) => [
      "-H",
      `${name}: ${value}`,
    ]),
    "-d",
    JSON.stringify(body),
  ]);
  const [head = "", ...rest] = stdout.split("\r\n\r\n");
  const json = JSON.parse(rest.join("\r\n\r\n")) as {
    code?: string;
    message?: string;
    details?: { type: string; debug?: { reason?: string } }[];
  };
  const trailers = Object.fromEntries(
    [...head.matchAll(/^trailer-([^:]+): (.*)$/gim)].map(([, name, value]) => [
      (name as string).toLowerCase(),
      value as string,
    ]),
  );
  if (/^HTTP\/1.1 200/.test(head)) return { reply: json as Record<string, unknown>, trailers };
  const reason = json.details?.find((detail) => detail.type === "google.rpc.ErrorInfo")?.debug?.reason;
  return {
    code: (json.code ?? "").toUpperCase(),
    message: json.message ?? "",
    ...(reason && { reason }),
    trailers,
  };
}

/** Calls with grpcurl, which finds the schema by reflection. */
export async function callGrpcurl(
  service: RunningService,
  { rpc, headers = {}, body }: TestCall,
): Promise<Told> {
  const { stdout, stderr } = await run(tool("grpcurl") as string, [
    "-plaintext",
    "-v",
    ...Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
    "-d",
    JSON.stringify(body),
    service.target,
    `types.PayoutService/${PayoutService.method[rpc].name}`,
  ]);
  const reply = /Response contents:\n(\{[\s\S]*?\n\}|\{\})\n/.exec(stdout)?.[1];
  const trailers = Object.fromEntries(
    [...(stdout.split("Response trailers received:")[1] ?? "").matchAll(/^([a-z-]+): (.*)$/gm)].map(
      ([, name, value]) => [name as string, value as string],
    ),
  );
  if (reply) return { reply: snakeCase(JSON.parse(reply)) as Record<string, unknown>, trailers };
  const code = /Code: (\w+)/.exec(stderr)?.[1] ?? "";
  const message = /Message: (.*)/.exec(stderr)?.[1] ?? stderr;
  const reason = /"reason": "(\w+)"/.exec(stderr)?.[1];
  return {
    code: code.replace(/(?<!^)([A-Z])/g, "_$1").toUpperCase(),
    message,
    ...(reason && { reason }),
    trailers,
  };
}

/** Calls with buf curl, which finds the schema by reflection. */
async function callBuf(
  service: RunningService,
  { rpc, headers = {}, body }: TestCall,
  protocol: string,
): Promise<Told> {
  const { stdout, stderr } = await run(bufProgram(), [
    "curl",
    ...["--protocol", protocol, "--http2-prior-knowledge"],
    ...Object.entries(headers).flatMap(([name, value]) => ["-H", inCsv(`${name}: ${value}`)]),
    ...["-d", JSON.stringify(body)],
    `${service.url}/types.PayoutService/${PayoutService.method[rpc].name}`,
  ]);
  if (stdout !== "") return { reply: snakeCase(JSON.parse(stdout)) as Record<string, unknown>, trailers: {} };
  const error = JSON.parse(stderr) as {
    code: string;
    message: string;
    details?: { type: string; value: string }[];
  };
  const info = error.details?.find((detail) => detail.type === "google.rpc.ErrorInfo")?.value ?? "";
  const reason = /[A-Z][A-Z_]{3,}/.exec(Buffer.from(info, "base64").toString("latin1"))?.[0];
  return { code: error.code.toUpperCase(), message: error.message, ...(reason && { reason }), trailers: {} };
}

/** buf reads a header option as a line of CSV. */
function inCsv(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function run(program: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, args as string[], { maxBuffer: 1 << 24 }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

function codeName(code: number): string {
  return (Code[code] ?? "").replace(/(?<!^)([A-Z])/g, "_$1").toUpperCase();
}

function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(inner),
    ]),
  );
}
