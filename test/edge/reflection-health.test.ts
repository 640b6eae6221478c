import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { frame } from "../../src/edge/grpc/grpc-frame.ts";
import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../src/gen/grpc/health/v1/health_pb.ts";
import {
  ServerReflection,
  type ServerReflectionRequestSchema,
} from "../../src/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "../../src/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { type EchoEdge, startEchoEdge } from "./echo-edge.ts";
import { callRaw, connectRaw } from "./raw-grpc.ts";

let edge: EchoEdge;

beforeEach(async () => {
  edge = await startEchoEdge();
});

afterEach(() => edge.drain(1000));

type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]>;

describe.each([
  ["v1", ServerReflection],
  ["v1alpha", ServerReflectionAlpha],
])("reflection %s", (_version, service) => {
  /** Asks one question at a time, each only after the answer to the one before. */
  async function ask(...questions: Question[]) {
    const client = createClient(
      service as typeof ServerReflection,
      createGrpcTransport({ baseUrl: edge.url }),
    );
    const answers = [];
    let answered = Promise.withResolvers<void>();
    async function* asking() {
      for (const messageRequest of questions) {
        yield { host: "here", messageRequest };
        await answered.promise;
        answered = Promise.withResolvers();
      }
    }
    for await (const { messageResponse, originalRequest, validHost } of client.serverReflectionInfo(
      asking(),
    )) {
      expect(originalRequest?.messageRequest.case).toBe(questions[answers.length]?.case);
      expect(validHost).toBe("here");
      answers.push(messageResponse);
      answered.resolve();
    }
    return answers;
  }

  function filesOf(answer: Awaited<ReturnType<typeof ask>>[number] | undefined): string[] {
    if (answer?.case !== "fileDescriptorResponse") throw new Error(`no files but ${answer?.case}`);
    return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
  }

  test("lists the services", async () => {
    const [answer] = await ask({ case: "listServices", value: "" });
    expect(answer?.case === "listServicesResponse" && answer.value.service.map(({ name }) => name)).toEqual([
      "types.PayoutService",
      "sluice.v1.PayoutLinkService",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
    ]);
  });

  test("finds files, with all that they import, by path and by every kind of symbol", async () => {
    const symbols = [
      ["types.PayoutService", "types/payout.proto"],
      ["types.PayoutService.CreateLink", "types/payout.proto"],
      ["types.PayoutServiceCreateLinkRequest", "types/payout.proto"],
      ["types.PayoutServiceCreateLinkRequest.amount", "types/payout.proto"],
      ["types.PayoutEnums.PayoutStatus", "types/payout.proto"],
      ["types.Money", "types/money.proto"],
      ["types.Currency", "types/money.proto"],
      ["types.USD", "types/money.proto"],
      ["grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto"],
      ["google.rpc.ErrorInfo", "google/rpc/error_details.proto"],
      ["google.protobuf.Duration", "google/protobuf/duration.proto"],
    ] as const;
    const answers = await ask(
      { case: "fileByFilename", value: "types/payout.proto" },
      ...symbols.map(([value]) => ({ case: "fileContainingSymbol" as const, value })),
    );
    expect(filesOf(answers[0])).toEqual(expect.arrayContaining(["types/payout.proto", "types/money.proto"]));
    expect(answers.slice(1).map((answer) => filesOf(answer)[0])).toEqual(symbols.map(([, file]) => file));
  });

  test("says what is not there, and goes on", async () => {
    const answers = await ask(
      { case: "fileByFilename", value: "no.proto" },
      { case: "fileContainingSymbol", value: "types.Nothing" },
      { case: "fileContainingExtension", value: { containingType: "types.Money", extensionNumber: 9 } },
      { case: "allExtensionNumbersOfType", value: "types.Nothing" },
      { case: undefined },
      { case: "allExtensionNumbersOfType", value: "types.Money" },
    );
    expect(
      answers.slice(0, 5).map((answer) => answer.case === "errorResponse" && answer.value.errorCode),
    ).toEqual([Code.NotFound, Code.NotFound, Code.NotFound, Code.NotFound, Code.InvalidArgument]);
    expect(answers[5]).toMatchObject({
      case: "allExtensionNumbersResponse",
      value: { baseTypeName: "types.Money", extensionNumber: [] },
    });
  });
});

test("an extension is found by the message it extends", async () => {
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: edge.url }));
  async function* asking() {
    yield {
      messageRequest: { case: "allExtensionNumbersOfType" as const, value: "google.protobuf.FieldOptions" },
    };
  }
  for await (const { messageResponse } of client.serverReflectionInfo(asking())) {
    expect(messageResponse.case).toBe("errorResponse");
  }
});

describe("health", () => {
  test("Check: the whole server, each service, and no other", async () => {
    const client = createClient(Health, createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "1.1" }));
    expect((await client.check({})).status).toBe(ServingStatus.SERVING);
    expect((await client.check({ service: "types.PayoutService" })).status).toBe(ServingStatus.SERVING);
    const error = ConnectError.from(await client.check({ service: "no.Service" }).catch((reason) => reason));
    expect(error.code).toBe(Code.NotFound);
    expect(error.rawMessage).toContain("types.PayoutService");
  });

  test("Check over plain gRPC, as probes ask", async () => {
    const session = connectRaw(edge.url);
    const reply = await callRaw(session, frame(Buffer.alloc(0)), { ":path": "/grpc.health.v1.Health/Check" });
    expect(reply.status).toBe("0");
    expect(reply.body.subarray(5)).toEqual(Buffer.from([0x08, ServingStatus.SERVING]));
    expect(edge.lines).toMatchObject([{ level: "debug" }]);
    session.close();
  });

  test("Watch: the state now, NOT_SERVING when the server drains, and the end", async () => {
    const client = createClient(Health, createGrpcTransport({ baseUrl: edge.url }));
    const seen: ServingStatus[] = [];
    let draining: Promise<void> | undefined;
    for await (const { status } of client.watch({ service: "types.PayoutService" })) {
      seen.push(status);
      draining ??= edge.drain(5000);
    }
    expect(seen).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
    await draining;
  });

  test("Watch of an unknown service says so, and stays open until its watcher leaves", async () => {
    const client = createClient(Health, createGrpcTransport({ baseUrl: edge.url }));
    const leaving = new AbortController();
    const seen: ServingStatus[] = [];
    const watching = (async () => {
      for await (const { status } of client.watch({ service: "no.Service" }, { signal: leaving.signal })) {
        seen.push(status);
        setImmediate(() => leaving.abort());
      }
    })();
    await expect(watching).rejects.toMatchObject({ code: Code.Canceled });
    expect(seen).toEqual([ServingStatus.SERVICE_UNKNOWN]);
    await expect.poll(() => edge.lines.length, { interval: 5 }).toBe(1);
    expect(await edge.metrics.text()).toContain("sluice_rpcs_in_flight 0");
  });
});
