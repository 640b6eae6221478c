import type { Message } from "@bufbuild/protobuf";
import type { Operation } from "../../connector/contract.ts";
import type { Call, Handlers } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import { PayoutService } from "../../gen/types/payout_pb.ts";
import { LedgerUnavailable } from "../../ledger/engine.ts";
import { createDesk, type Desk } from "../desk.ts";
import { keepLeases } from "../execute/leases.ts";
import { submit } from "../execute/submit.ts";
import type { Parts, ServerParts } from "../parts.ts";
import type { PayoutReply } from "../provider/reply.ts";
import { cancelledBefore, eligibility, get } from "../read.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import { type Route, readRoute } from "../request/route.ts";
import { validate } from "../request/validate.ts";

/** The call path of `types.PayoutService`. */
export interface Payouts {
  readonly handlers: Handlers;
  /** What the pages of recipients ask of the call path. */
  readonly desk: Desk;
  /** Stops keeping leases. */
  close(): void;
}

/** Makes the call path: headers, validation, idempotency, the connector's operation, reply. */
export function createPayouts(parts: ServerParts): Payouts {
  const leases = keepLeases(parts);

  const work: Work = (carryOut) =>
    leases.hold(async (holder) => {
      try {
        return await carryOut({ ...parts, leases: holder });
      } catch (error) {
        // What was asked of the store last may have been done all the same.
        if (!(error instanceof Failure)) holder.abandon();
        throw error instanceof LedgerUnavailable ? ledgerUnavailable(error) : error;
      }
    });
  const handle =
    (operation: Operation) =>
    async (message: Message, call: Call): Promise<Message> => {
      const request = message as PayoutRequest;
      const route = readRoute(call, parts.registry);
      validate(operation, request, route.connector, parts.registry);
      return work((holding) => carryOut[operation](holding, operation, request, route, call));
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
    desk: createDesk(work),
    close: () => leases.close(),
  };
}

/** Does something that changes payouts, and keeps the leases of what it sends. */
export type Work = <T>(carryOut: (parts: Parts) => Promise<T>) => Promise<T>;

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
    (await cancelledBefore(parts, request, route)) ?? submit(parts, operation, request, route, call),
  get: (parts, _operation, request, route, call) => get(parts, request, route, call),
  eligibility: (parts, _operation, request, route, call) => eligibility(parts, request, route, call),
};

function ledgerUnavailable(cause: LedgerUnavailable): Failure {
  const message =
    "The store of this server cannot be used at the moment. Repeat the call with the same merchant_payout_id or idempotency-key: nothing is paid twice.";
  return new Failure("LEDGER_UNAVAILABLE", message, { cause });
}
