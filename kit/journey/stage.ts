import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { readConfig } from "../../src/config/config.ts";
import { PayoutService } from "../../src/gen/types/payout_pb.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { startService } from "../../src/server.ts";
import { startFakeStripe } from "../../test/fakes/stripe/fake-stripe.ts";

/** Headers of a request. */
export type Headers = Readonly<Record<string, string>>;

/** A server on an empty SQLite file, with an imitation of Stripe behind it. */
export interface JourneyStage {
  /** Headers of a merchant's calls to Stripe. */
  readonly stripe: Headers;
  /** Methods of the ledger, in the order in which they were called. */
  readonly trips: string[];
  /** Calls an RPC over gRPC on a connection of its own, with JSON as the proto files name its fields. */
  call(rpc: "createLink" | "get", headers: Headers, body: JsonValue): Promise<Reply>;
  stop(): Promise<void>;
}

/** What journeys read of a reply. */
export interface Reply {
  readonly payout_status?: string;
  readonly payout_link?: { readonly url: string };
}

/** Starts the server in this process, so that its threads can be observed. */
export async function startStage(): Promise<JourneyStage> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-journey-"));
  const fake = await startFakeStripe();
  const trips: string[] = [];
  const config = readConfig({
    SLUICE_LISTEN: "127.0.0.1:0",
    SLUICE_DATABASE_URL: `sqlite:${folder}/sluice.db`,
    SLUICE_STRIPE_URL: fake.url,
    SLUICE_LOG_LEVEL: "warn",
  });
  const service = await startService(config, { wrapLedger: (ledger) => recorded(ledger, trips) });
  const account = { api_key: "sk_test_journey", financial_account: fake.control.financialAccount };
  return {
    stripe: { "x-connector-config": JSON.stringify({ config: { Stripe: account } }) },
    trips,
    call: (rpc, headers, body) => callGrpc(new URL(service.url).host, rpc, headers, body),
    async stop() {
      await service.stop(1000);
      await fake.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function recorded(ledger: Ledger, trips: string[]): Ledger {
  const methods = Object.entries(ledger).map(([name, method]) => [
    name,
    (...input: readonly unknown[]) => {
      trips.push(name);
      return method.apply(ledger, input);
    },
  ]);
  return Object.fromEntries(methods) as Ledger;
}

async function callGrpc(
  target: string,
  rpc: "createLink" | "get",
  headers: Headers,
  body: JsonValue,
): Promise<Reply> {
  const { name, input, output } = PayoutService.method[rpc];
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  const request = Buffer.from(toBinary(input, fromJson(input, body)));
  // Without a pool of its own a client would share the connection of the one before.
  const client = new Client(target, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  try {
    const bytes = await new Promise<Buffer>((resolve, reject) =>
      client.makeUnaryRequest(
        `/types.PayoutService/${name}`,
        (sent: Buffer) => sent,
        (received: Buffer) => received,
        request,
        metadata,
        (error, reply) => (reply ? resolve(reply) : reject(error)),
      ),
    );
    return toJson(output, fromBinary(output, bytes), { useProtoFieldName: true }) as Reply;
  } finally {
    client.close();
  }
}
