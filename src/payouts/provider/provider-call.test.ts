import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type Connector, Failure, PayoutStatus, Refusal } from "../../connector/contract.ts";
import { createHttpClient } from "../../connector/http/client.ts";
import { PayoutServiceTransferRequestSchema } from "../../gen/types/payout_pb.ts";
import { parseKeys } from "../../security/keys.ts";
import { Secret } from "../../security/secret.ts";
import { createLog } from "../../telemetry/log.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import { callProvider, type ProviderCall } from "./provider-call.ts";

const log = createLog({ level: "silent" });
const keys = parseKeys(Buffer.alloc(32, 1).toString("base64"));
const idempotent = { idempotency: { windowMs: 86_400_000 } };
const paid = { payoutStatus: PayoutStatus.SUCCESS };
const gone = new Refusal({ reason: "PROVIDER_NOT_FOUND", status: 404, code: "gone", message: "Not here." });

/** How the call of a connector ends that sends nothing. */
function end(connector: Partial<Connector>, differing: Partial<ProviderCall> = {}) {
  const hosts = { live: "https://acme.example", test: "https://acme.example" };
  const whole = { name: "acme", hosts, ...idempotent, ...connector } as unknown as Connector;
  const client = createHttpClient(whole, { log, now: Date.now, metrics: { providerCall: () => {} } });
  const call: ProviderCall = {
    operation: "transfer",
    request: create(PayoutServiceTransferRequestSchema) as unknown as PayoutRequest,
    route: {
      connector: whole,
      credentials: {},
      config: new Secret("{}"),
      scope: { tenantId: "public", merchantId: "merchant" },
      idempotencyKey: undefined,
    },
    payout: undefined,
    idempotencyKey: "0".repeat(64),
    sendCount: 1,
    startedAtMs: Date.now(),
    deadlineMs: Date.now() + 1000,
    guard: { beforeFirstEffect: async () => {}, beforeSend: () => {} },
    ...differing,
  };
  return callProvider({ client: () => client, keys, log, now: Date.now }, call);
}

describe("a connector that looks up what it sent", () => {
  const looking = (lookup: () => Promise<typeof paid | undefined>, transfer = async () => paid) => ({
    idempotency: { lookup },
    transfer,
  });

  it("looks before anything is sent again, and not before the first time", async () => {
    const sent: number[] = [];
    const connector = looking(
      async () => paid,
      async () => {
        sent.push(1);
        return paid;
      },
    );
    expect(await end(connector, { sendCount: 2 })).toMatchObject({ kind: "final", reply: paid });
    expect(sent).toHaveLength(0);
    await end(connector);
    expect(sent).toHaveLength(1);
  });

  it("may refuse the lookup, which says nothing about what was sent", async () => {
    const connector = looking(() => Promise.reject(gone));
    expect(await end(connector, { sendCount: 2 })).toMatchObject({
      kind: "rejected",
      reply: { statusCode: 404, error: {} },
    });
  });

  it("may refuse for good what the lookup has not found", async () => {
    const connector = looking(
      async () => undefined,
      () => Promise.reject(gone),
    );
    expect(await end(connector, { sendCount: 2 })).toMatchObject({
      kind: "declined",
      reply: { payoutStatus: PayoutStatus.FAILED },
    });
  });
});

describe("a connector that sends nothing", () => {
  it("has done nothing, however long it takes or whatever it throws", async () => {
    const never = () => new Promise<never>(() => {});
    const ended = await end({ transfer: never }, { deadlineMs: Date.now() - 1990 });
    expect(ended).toMatchObject({ kind: "not_sent", error: { reason: "DEADLINE_EXCEEDED" } });
    expect(await end({ transfer: () => Promise.reject(new TypeError("broken")) })).toMatchObject({
      kind: "not_sent",
    });
  });

  it("is believed when it says that the outcome is unknown", async () => {
    const lost = () => Promise.reject(new Failure("OUTCOME_UNKNOWN", "Lost."));
    expect(await end({ transfer: lost })).toMatchObject({ kind: "unknown" });
  });

  it("is limited without having done anything, unless it only plays a provider", async () => {
    const limited = () => Promise.reject(new Failure("PROVIDER_RATE_LIMITED", "Too many."));
    expect(await end({ transfer: limited })).toMatchObject({ kind: "not_sent" });
    expect(await end({ transfer: limited, hosts: undefined })).toMatchObject({ kind: "unknown" });
  });

  it("refuses for good the first time, and not when an earlier outcome is unknown", async () => {
    const transfer = () => Promise.reject(gone);
    expect(await end({ transfer })).toMatchObject({ reply: { payoutStatus: PayoutStatus.FAILED } });
    expect(await end({ transfer }, { sendCount: 2 })).toMatchObject({ kind: "rejected" });
    expect(await end({ transfer, hosts: undefined }, { sendCount: 2 })).toMatchObject({ kind: "declined" });
  });
});
