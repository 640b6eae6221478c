import { create, type DescMethod, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frame } from "../../src/edge/grpc/grpc-frame.ts";
import { ConnectorService } from "../../src/gen/sluice/v1/connector_service_pb.ts";
import { PayoutLinkService } from "../../src/gen/sluice/v1/payout_link_service_pb.ts";
import { EventService } from "../../src/gen/types/event_pb.ts";
import { PayoutService, PayoutServiceCreateLinkRequestSchema } from "../../src/gen/types/payout_pb.ts";
import { clients } from "../support/clients/clients.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";
import { callRaw, connectRaw } from "./raw-grpc.ts";

/** Random bytes and headers, sent to every method of a real service. */
const methods: readonly DescMethod[] = [PayoutService, EventService, ConnectorService, PayoutLinkService]
  .flatMap((service): readonly DescMethod[] => service.methods)
  .filter(({ methodKind }) => methodKind === "unary");
/** UNKNOWN and INTERNAL: what a mistake of ours comes to. */
const ours = ["2", "13", undefined];

const folder = temporaryFolder();
let service: RunningService;
beforeAll(async () => {
  service = await startService({ environment: { SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db` } });
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

/** Messages that are nearly right: real ones with bytes changed, dropped and repeated. */
const real = toBinary(
  PayoutServiceCreateLinkRequestSchema,
  create(PayoutServiceCreateLinkRequestSchema, {
    merchantPayoutId: "fuzz",
    amount: { minorAmount: 1000n, currency: 146 },
    linkOptions: { description: "d", items: [{ name: "n", minorAmount: 5n }], metadata: { key: "value" } },
  }),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }).map((changes) => {
    const changed = Uint8Array.from(real);
    for (const [at, byte] of changes) changed[at] = byte;
    return changed;
  }),
  fc.nat(real.length).map((length) => real.subarray(0, length)),
);

describe.each(methods)("$parent.typeName/$name", ({ parent, name, input }) => {
  it("answers any bytes in gRPC as the caller's mistake", async () => {
    const session = connectRaw(service.url);
    await fc.assert(
      fc.asyncProperty(bytes, async (message) => {
        const headers = {
          ":path": `/${parent.typeName}/${name}`,
          "x-connector": "sandbox",
        };
        const { status } = await callRaw(session, frame(message), headers);
        expect(ours).not.toContain(status);
        if (status === "0") expect(() => fromBinary(input, message)).not.toThrow();
      }),
      { numRuns: 60 },
    );
    session.close();
  });

  it("answers any JSON as the caller's mistake", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json({ maxDepth: 3 }), fc.string({ unit: "binary" })), async (body) => {
        const reply = await fetch(`${service.url}/${parent.typeName}/${name}`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-connector": "sandbox" },
          body,
        });
        const { code } = (await reply.json()) as { code?: string };
        expect(["internal", "unknown"]).not.toContain(code);
        expect(reply.status).toBeLessThan(502);
      }),
      { numRuns: 40 },
    );
  });
});

it("answers any header as the caller's mistake", async () => {
  const header = fc.string({ unit: "grapheme-ascii", maxLength: 60 });
  const names = [
    "x-connector",
    "x-connector-config",
    "x-merchant-id",
    "x-tenant-id",
    "idempotency-key",
    "x-request-id",
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), header, async (name, value) => {
      const headers = { "x-connector": "sandbox", [name]: value.trim() };
      const send = clients["grpc-js"] as (typeof clients)[string];
      const { code } = await send(service, { rpc: "get", headers, body: { merchant_payout_id: "nothing" } });
      expect(["UNKNOWN", "INTERNAL", undefined]).not.toContain(code);
    }),
    { numRuns: 100 },
  );
});

// Last: it reads what all of the above has left behind.
it("leaves no error in the log", () => {
  expect(service.output()).toContain('"message":"rpc"');
  expect(
    service
      .output()
      .split("\n")
      .filter((line) => line.includes('"level":"error"')),
  ).toEqual([]);
});
