import type { Message } from "@bufbuild/protobuf";
import type { Operation } from "../../connector/contract.ts";
import type { Call, Handlers } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import { PayoutService } from "../../gen/types/payout_pb.ts";
import { keepLeases } from "../execute/leases.ts";
import { submit } from "../execute/submit.ts";
import { createLinkOperations, type LinkOperations } from "../links/link-operations.ts";
import type { Parts, Run, ServerParts } from "../parts.ts";
import type { PayoutReply } from "../provider/reply.ts";
import { cancelledBefore, eligibility, get } from "../read.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import { type Route, readRoute } from "../request/route.ts";
import { validate } from "../request/validate.ts";

/** The call path of `types.PayoutService`. */
export interface Payouts {
  readonly handlers: Handlers;
  /** What recipients' pages and PayoutLinkService do with links. */
  readonly links: LinkOperations;
  /** Stops keeping leases. */
  close(): void;
}

/** Makes the call path: headers, validation, idempotency, the connector's operation, reply. */
export function createPayouts(parts: ServerParts): Payouts {
  const leases = keepLeases(parts);

  const run: Run = (work) =>
    leases.hold(async (holder) => {
      try {
        return await work({ ...parts, leases: holder });
      } catch (error) {
        // What was asked of the store last may have been done all the same.
        if (!(error instanceof Failure)) holder.abandon();
        throw error;
      }
    });
  const handle =
    (operation: Operation) =>
    async (message: Message, call: Call): Promise<Message> => {
      const request = message as PayoutRequest;
      const route = readRoute(call, parts.registry);
      validate(operation, request, route.connector, parts.registry);
      return run((holding) => carryOut[operation](holding, operation, request, route, call));
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
    links: createLinkOperations(run),
    close: () => leases.close(),
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
    (await cancelledBefore(parts, request, route)) ?? submit(parts, operation, request, route, call),
  get: (parts, _operation, request, route, call) => get(parts, request, route, call),
  eligibility: (parts, _operation, request, route, call) => eligibility(parts, request, route, call),
};
