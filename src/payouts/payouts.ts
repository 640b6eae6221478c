import type { Message } from "@bufbuild/protobuf";
import type { Operation } from "../connector/contract.ts";
import type { Call, Handlers } from "../edge/call.ts";
import { PayoutService } from "../gen/types/payout_pb.ts";
import type { Parts } from "./parts.ts";
import type { PayoutRequest } from "./payout-request.ts";
import { eligibility, get, voidHere } from "./read.ts";
import type { PayoutReply } from "./reply.ts";
import { type Route, readRoute } from "./route.ts";
import { LEASE_MS } from "./submission.ts";
import { submit } from "./submit.ts";
import { validate } from "./validate.ts";

/** The call path of `types.PayoutService`. */
export interface Payouts {
  readonly handlers: Handlers;
  /** Stops keeping leases. */
  close(): void;
}

/** Makes the call path: headers, validation, idempotency, the connector's operation, reply. */
export function createPayouts(parts: Parts): Payouts {
  let underWay = 0;
  const leases = keepLeases(parts, () => underWay > 0);

  const handle =
    (operation: Operation) =>
    async (message: Message, call: Call): Promise<Message> => {
      const request = message as PayoutRequest;
      const route = readRoute(call.metadata, parts.registry);
      validate(operation, request, route.connector, parts.registry);
      underWay += 1;
      try {
        return await carryOut[operation](parts, operation, request, route, call);
      } finally {
        underWay -= 1;
      }
    };
  const handlers = new Map(
    (Object.keys(carryOut) as Operation[]).map((operation) => [
      PayoutService.method[operation].name,
      handle(operation),
    ]),
  );
  return {
    handlers: (method) =>
      method.parent.typeName === PayoutService.typeName ? handlers.get(method.name) : undefined,
    close: () => clearInterval(leases),
  };
}

type CarryOut = (
  parts: Parts,
  operation: Operation,
  request: PayoutRequest,
  route: Route,
  call: Call,
) => Promise<PayoutReply>;

const carryOut: Readonly<Record<Operation, CarryOut>> = {
  createLink: submit,
  create: submit,
  transfer: submit,
  stage: submit,
  createRecipient: submit,
  enrollDisburseAccount: submit,
  void: async (parts, operation, request, route, call) =>
    (await voidHere(parts, request, route)) ?? submit(parts, operation, request, route, call),
  get: (parts, _operation, request, route, call) => get(parts, request, route, call),
  eligibility: (parts, _operation, request, route, call) => eligibility(parts, request, route, call),
};

/** A provider may take longer than a lease lasts. While this process lives, its attempts stay its own. */
function keepLeases({ ledger, owner, now, log }: Parts, busy: () => boolean): NodeJS.Timeout {
  const timer = setInterval(() => {
    if (!busy()) return;
    ledger
      .renew({ owner, untilMs: now() + LEASE_MS })
      .catch((error: unknown) => log.warn({ error }, "leases could not be renewed"));
  }, LEASE_MS / 4);
  return timer.unref();
}
