import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { startGrpcJs } from "./grpc-js-server.ts";
import { linkReply } from "./link-reply.ts";

// The reference of a call that waits for a provider: grpc-js in front, node:http behind, and nothing in between.
const agent = new Agent({ keepAlive: true });
const url = new URL("/v1/links", process.env.PROVIDER_URL);
const body = JSON.stringify({ amount: "1000", currency: "USD" });
const headers = { "content-type": "application/json", "content-length": body.length };

startGrpcJs((_call, done) => {
  const outgoing = request(url, { agent, method: "POST", headers }, (reply) => {
    text(reply).then(
      (answer) => {
        const { id } = JSON.parse(answer) as { id: string };
        done(null, { ...linkReply, connectorPayoutId: id });
      },
      (error: Error) => done(error),
    );
  });
  outgoing.on("error", done);
  outgoing.end(body);
});
