import type { Message } from "@bufbuild/protobuf";
import type { Call, Handlers } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import type { Operation } from "../../core/operations.ts";
import { PayoutService } from "../../gen/types/payout_pb.ts";
import type { Dependencies, Run, ServerDependencies } from "../dependencies.ts";
import { checkConnector, findPayout } from "../execute/command.ts";
import { execute, type Order } from "../execute/execute.ts";
import { keepLeases } from "../execute/leases.ts";
import { cancelledBefore, get, readAtProvider } from "../get.ts";
import { createLinkOperations, type LinkOperations } from "../links/link-operations.ts";
import type { PayoutReply } from "../provider/provider-result.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import { readRoute } from "../request/route.ts";
import { validate } from "../request/validate.ts";

/** `types.PayoutService`, and what pages and other services do with its links. */
export interface Payouts {
  readonly handlers: Handlers;
  /** What recipients' pages and PayoutLinkService do with links. */
  readonly links: LinkOperations;
  /** Stops keeping leases. */
  close(): void;
}

/**
 * Makes the call path: headers, validation, idempotency, the connector's operation, reply.
 *
 * @example createPayouts({ registry, ledger, client, log, keys, now, owner, patience, publicUrl }).handlers(method)
 */
export function createPayouts(deps: ServerDependencies): Payouts {
  const leases = keepLeases(deps);
  const run: Run = (work) =>
    leases.hold(async (holder) => {
      try {
        return await work({ ...deps, leases: holder });
      } catch (error) {
        // The last write to the store may have been done all the same.
        if (!(error instanceof Failure)) holder.abandon();
        throw error;
      }
    });
  const handle =
    (operation: Operation) =>
    async (message: Message, call: Call): Promise<Message> => {
      const request = message as PayoutRequest;
      const route = readRoute(call, deps.registry);
      call.setConnector(route.connector.name);
      validate(operation, request, route.connector, deps.registry);
      return run((holding) => handlers[operation](holding, { operation, request, route }, call));
    };
  const byName = new Map(
    (Object.keys(handlers) as Operation[]).map((operation) => [
      PayoutService.method[operation].name,
      handle(operation),
    ]),
  );
  return {
    handlers: (method) =>
      method.parent.typeName === PayoutService.typeName ? byName.get(method.name) : undefined,
    links: createLinkOperations(run),
    close: () => leases.close(),
  };
}

type OperationHandler = (deps: Dependencies, order: Order, call: Call) => Promise<PayoutReply>;

const handlers: Readonly<Record<Operation, OperationHandler>> = {
  createLink: execute,
  create: execute,
  transfer: execute,
  stage: execute,
  createRecipient: execute,
  enrollDisburseAccount: execute,
  void: async (deps, order, call) =>
    (await cancelledBefore(deps, order.request, order.route)) ?? execute(deps, order, call),
  get: (deps, order, { deadlineMs }) => get(deps, { ...order, deadlineMs }),
  eligibility,
};

/** Asks whether a recipient or method can be paid. */
async function eligibility(
  deps: Dependencies,
  order: Order,
  { deadlineMs }: Pick<Call, "deadlineMs">,
): Promise<PayoutReply> {
  const { request, route } = order;
  const payout = await findPayout(deps, request, route);
  if (payout) checkConnector(payout, route);
  const { reply } = await readAtProvider(deps, { ...order, payout, deadlineMs });
  if (request.merchantPayoutId) reply.merchantPayoutId = request.merchantPayoutId;
  return reply;
}
