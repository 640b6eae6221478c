import { create } from "@bufbuild/protobuf";
import finix from "../../../connectors/finix/index.ts";
import type { Context, Operation, Reply, Request } from "../../../src/connector/contract.ts";
import { createHttpClient } from "../../../src/connector/http/client.ts";
import { unguarded } from "../../../src/connector/http/effect-guard.ts";
import { PayoutService } from "../../../src/gen/types/payout_pb.ts";
import type { FakeFinix } from "../../fakes/finix/fake.ts";
import type { RequestInit } from "../clients/connector-call.ts";

type FinixCredentials = Parameters<NonNullable<typeof finix.authorize>>[0];

/** Calls of the connector past the core, over real HTTP. */
export interface FinixCalls {
  /** `idempotency.lookup`, as the core asks it before it sends an attempt again. */
  lookup<O extends Operation>(
    operation: O,
    init: RequestInit<O>,
    changes?: Partial<Context<FinixCredentials>>,
  ): Promise<Reply<Operation> | undefined>;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** The key that every call carries. */
export const attemptKey = "ab".repeat(32);

/** Prepares to call the connector. Makes no retries, so that faults show. */
export function finixCalls(fake: FakeFinix): FinixCalls {
  const client = createHttpClient(finix, {
    baseUrl: fake.url,
    log: { info: () => {}, debug: () => {}, isLevelEnabled: () => false },
    now: Date.now,
    limits: { retries: 0 },
  });
  const credentials = finix.credentials.parse(fake.credentials);
  const warnings: string[] = [];
  return {
    warnings,
    close: () => client.close(),
    lookup: async (operation, init, changes = {}) => {
      const http = client.open({
        credentials,
        deadlineMs: Date.now() + 25_000,
        guard: unguarded,
        resent: true,
      });
      const context: Context<FinixCredentials> = {
        ...{ http, credentials, idempotencyKey: attemptKey, attempt: 2 },
        // Whatever was sent has had its time.
        ...{ startedAtMs: Date.now() - 6 * 60_000, now: Date.now, payout: undefined },
        warn: (message) => warnings.push(message),
        ...changes,
      };
      if (!("lookup" in finix.idempotency)) throw new TypeError("finix has no lookup");
      const request = create(PayoutService.method[operation].input, init as never) as Request<Operation>;
      return finix.idempotency.lookup(operation, request, context);
    },
  };
}
