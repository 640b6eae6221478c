import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { fromBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PayoutServiceCreateLinkResponseSchema } from "../../src/gen/types/payout_pb.ts";
import { bufProgram, tool } from "../support/tools.ts";
import type { EchoEdge } from "./echo-edge.ts";
import {
  expectDetails,
  failing,
  failureMessage,
  requestBytes,
  slow,
  startInteropEdge,
} from "./interop-edge.ts";
import { createLinkPath } from "./raw-grpc.ts";

const run = promisify(execFile);

let edge: EchoEdge;

beforeAll(async () => {
  edge = await startInteropEdge();
});

afterAll(() => edge.drain(1000));

const grpcurl = tool("grpcurl");

describe.runIf(grpcurl)("grpcurl, of grpc-go", () => {
  test("finds the schema by reflection, calls, and shows errors with their details", async () => {
    const target = edge.url.replace("http://", "");
    const { stdout } = await run(grpcurl ?? "", [
      "-plaintext",
      "-d",
      '{"merchant_payout_id": "p1"}',
      target,
      createLinkPath.slice(1),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ merchantPayoutId: "p1" });
    const failed = await run(grpcurl ?? "", [
      "-plaintext",
      "-d",
      `{"merchant_payout_id": "${failing}"}`,
      target,
      createLinkPath.slice(1),
    ]).catch((error) => error);
    expect(failed.stderr).toContain("Code: ResourceExhausted");
    expect(failed.stderr).toContain(`Message: ${failureMessage}`);
    expect(failed.stderr).toContain('"reason": "CONNECTOR_BUSY"');
    expect(failed.stderr).toContain('"retryDelay": "2s"');
  });
});

const python = tool("python-grpcio");

describe.runIf(python)("grpcio, of Python", () => {
  const script = join(import.meta.dirname, "grpc-call.py");

  async function call(bytes: Buffer, timeoutSeconds = 10, compression = "none") {
    const target = edge.url.replace("http://", "");
    const args = [script, target, createLinkPath, bytes.toString("hex"), String(timeoutSeconds), compression];
    return JSON.parse((await run(python ?? "", args)).stdout);
  }

  test.each(["none", "gzip"])("sees reply and trailers, compression %s", async (compression) => {
    const { code, reply, trailers } = await call(requestBytes("p1"), 10, compression);
    expect(code).toBe(0);
    expect(fromBinary(PayoutServiceCreateLinkResponseSchema, Buffer.from(reply, "hex"))).toMatchObject({
      merchantPayoutId: "p1",
      connectorPayoutId: "0102",
    });
    expect(trailers).toContainEqual(["idempotent-replayed", "true"]);
  });

  test("sees code, message and details of a failure", async () => {
    const { code, message, status } = await call(requestBytes(failing));
    expect({ code, message }).toEqual({ code: Code.ResourceExhausted, message: failureMessage });
    expectDetails(Buffer.from(status, "hex"));
  });

  test("gets its deadline", async () => {
    expect((await call(requestBytes(slow), 0.2)).code).toBe(Code.DeadlineExceeded);
  });
});

describe("buf curl", () => {
  const buf = bufProgram();

  test.each(["grpc", "grpcweb", "connect"])("over %s", async (protocol) => {
    const args = ["curl", "--protocol", protocol, "--http2-prior-knowledge", "--reflect"];
    const url = edge.url + createLinkPath;
    const { stdout } = await run(buf, [...args, "-d", '{"merchant_payout_id": "p1"}', url]);
    expect(JSON.parse(stdout)).toMatchObject({ merchantPayoutId: "p1" });
    const failed = await run(buf, [...args, "-d", `{"merchant_payout_id": "${failing}"}`, url]).catch(
      (error) => error,
    );
    expect(JSON.parse(failed.stderr)).toMatchObject({ code: "resource_exhausted", message: failureMessage });
  });
});
