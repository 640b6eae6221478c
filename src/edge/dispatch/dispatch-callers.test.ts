import { create, type Message } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { Call, Handler, Metadata } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import {
  PayoutService,
  PayoutServiceCreateLinkRequestSchema,
  PayoutServiceCreateLinkResponseSchema,
} from "../../gen/types/payout_pb.ts";
import { allowAnonymous } from "../../security/authentication.ts";
import type { Caller } from "../../security/caller.ts";
import { createLog } from "../../telemetry/log.ts";
import { createMetrics } from "../../telemetry/metrics.ts";
import { createDispatch, type DispatchOptions } from "./dispatch.ts";
import { IncomingCall } from "./incoming-call.ts";
import { defaultLimits } from "./limits.ts";

const { createLink } = PayoutService.method;
const reply = create(PayoutServiceCreateLinkResponseSchema);
const codec = {
  read: (): Message => create(PayoutServiceCreateLinkRequestSchema),
  write: (message: Message): Message => message,
};

function arrive(headers: string[] = [], timeoutMs = 10_000): IncomingCall {
  return new IncomingCall({ rawHeaders: headers, protocol: "grpc", timeoutMs });
}

function setUp(handler: Handler, options: Partial<Pick<DispatchOptions, "authenticate" | "openServices">>) {
  const lines: Record<string, unknown>[] = [];
  const dispatch = createDispatch({
    handlers: () => handler,
    authenticate: allowAnonymous,
    limits: defaultLimits,
    log: createLog({ level: "debug", destination: { write: (line) => lines.push(JSON.parse(line)) } }),
    metrics: createMetrics(),
    ...options,
  });
  return { dispatch, lines };
}

const tester: Caller = { name: "key 12345678", tenantId: "acme", merchantId: "*" };

test("a caller is authenticated first, and handlers get the scope but not the credential", async () => {
  const seen: Call[] = [];
  const handler: Handler = async (_request, call) => {
    seen.push(call);
    return reply;
  };
  const authenticate = async (metadata: Metadata) => {
    expect(metadata.get("authorization")).toBe("Bearer sk_test_canary");
    return tester;
  };
  const { dispatch, lines } = setUp(handler, { authenticate });
  const headers = ["x-merchant-id", "m", "Authorization", "Bearer sk_test_canary", "x-last", "1"];
  await dispatch.unary(createLink, arrive(headers), codec);
  expect(seen[0]?.scope).toEqual({ tenantId: "acme", merchantId: "m" });
  expect(seen[0]?.metadata.get("authorization")).toBeUndefined();
  expect(seen[0]?.metadata.get("x-last")).toBe("1");
  expect(lines).toMatchObject([{ code: "ok", caller: "key 12345678" }]);
});

test.each<[string, DispatchOptions["authenticate"], string[], string, string | undefined]>([
  [
    "is unknown",
    () => {
      throw new Failure("UNAUTHENTICATED_CALLER", "Say who you are.");
    },
    [],
    "UNAUTHENTICATED_CALLER",
    undefined,
  ],
  ["may not", () => tester, ["x-tenant-id", "other"], "CALLER_NOT_ALLOWED", "key 12345678"],
])("nothing is begun or read for a caller who %s", async (_case, authenticate, headers, reason, caller) => {
  const { dispatch, lines } = setUp(
    () => {
      throw new Error("was begun");
    },
    { authenticate },
  );
  const unread = {
    ...codec,
    read: () => {
      throw new Error("was read");
    },
  };
  await expect(dispatch.unary(createLink, arrive(headers), unread)).rejects.toMatchObject({ reason });
  const opened = dispatch.stream(createLink, arrive(headers), () => {
    throw new Error("was opened");
  });
  await expect(opened.next()).rejects.toMatchObject({ reason });
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line.reason).toBe(reason);
    expect(line.caller).toBe(caller);
  }
  await dispatch.idle();
});

test("an open method authenticates no caller, and has no scope", async () => {
  const { dispatch } = setUp(
    async (_request, call) => {
      expect(() => call.scope).toThrow(/no scope/);
      return reply;
    },
    {
      openServices: [PayoutService],
      authenticate: () => {
        throw new Error("was asked");
      },
    },
  );
  expect(await dispatch.unary(createLink, arrive(), codec)).toBe(reply);
});

test("a caller authenticated after the deadline begins nothing", async () => {
  const found = Promise.withResolvers<Caller>();
  const { dispatch, lines } = setUp(
    () => {
      throw new Error("was begun");
    },
    { authenticate: () => found.promise },
  );
  await expect(dispatch.unary(createLink, arrive([], 5), codec)).rejects.toMatchObject({
    reason: "DEADLINE_EXCEEDED",
  });
  const opened = dispatch.stream(createLink, arrive([], 5), () => {
    throw new Error("was opened");
  });
  await expect(opened.next()).rejects.toMatchObject({ reason: "DEADLINE_EXCEEDED" });
  found.resolve(tester);
  await dispatch.idle();
  expect(lines.map(({ level }) => level)).toEqual(["info", "info"]);
});
