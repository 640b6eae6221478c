import { startGrpcJs } from "./grpc-js-server.ts";
import { linkReply } from "./link-reply.ts";

// The reference of most rows: a bare grpc-js server that answers at once.
startGrpcJs((_call, done) => done(null, linkReply));
