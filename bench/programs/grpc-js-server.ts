import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type handleUnaryCall, Server, ServerCredentials } from "@grpc/grpc-js";
import {
  type PayoutServiceCreateLinkRequest,
  PayoutServiceCreateLinkRequestSchema,
  type PayoutServiceCreateLinkResponse,
  PayoutServiceCreateLinkResponseSchema,
} from "../../src/gen/types/payout_pb.ts";

/** How the server answers CreateLink. */
export type AnswerLink = handleUnaryCall<PayoutServiceCreateLinkRequest, PayoutServiceCreateLinkResponse>;

/** Starts a server that is grpc-js and nothing else: decodes a request, answers, encodes the reply. */
export function startGrpcJs(createLink: AnswerLink): void {
  const server = new Server();
  server.addService(
    {
      createLink: {
        path: "/types.PayoutService/CreateLink",
        requestStream: false,
        responseStream: false,
        requestSerialize: (message: PayoutServiceCreateLinkRequest) =>
          Buffer.from(toBinary(PayoutServiceCreateLinkRequestSchema, message)),
        requestDeserialize: (bytes: Buffer) => fromBinary(PayoutServiceCreateLinkRequestSchema, bytes),
        responseSerialize: (message: PayoutServiceCreateLinkResponse) =>
          Buffer.from(toBinary(PayoutServiceCreateLinkResponseSchema, message)),
        responseDeserialize: (bytes: Buffer) => fromBinary(PayoutServiceCreateLinkResponseSchema, bytes),
      },
    },
    { createLink },
  );
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.error(`http://127.0.0.1:${port}`);
  });
  process.once("SIGTERM", () => {
    server.forceShutdown();
    process.exit();
  });
}
