import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { PayoutService } from "../gen/types/payout_pb.ts";

type Methods = typeof PayoutService.method;

/** RPCs of `types.PayoutService`, by their generated names: `createLink`, `get`, … */
export type Operation = keyof Methods;

/** The request of an RPC, as generated. */
export type Request<O extends Operation> = MessageShape<Methods[O]["input"]>;

/** What an operation returns: the generated reply, of which every field may be left out. `statusCode` is 200 if absent. */
export type Reply<O extends Operation> = MessageInitShape<Methods[O]["output"]>;

/** What the core must know of an operation, whatever the connector. */
export interface OperationFacts {
  /** The RPC, as callers write it. */
  readonly rpc: string;
  /** On which payouts it may begin: one of its own (or none), one whose status lets it be paid, or any. */
  readonly begins: "new" | "payable" | "any";
  /** Whether amount and destination currency must be there. */
  readonly needsAmount?: true;
  /** Whether a refusal by the provider is the payout's end. */
  readonly failsPayout?: true;
  /** Whether it moves the money. */
  readonly pays?: true;
  /** Whether a recipient's details are sent by it: while its outcome is unknown, so is what became of them. */
  readonly sendsDetails?: true;
}

/** One row for each RPC of types.PayoutService, in its order there: sets of operations, in code and in SQL, are derived from it. */
export const operations: Readonly<Record<Operation, OperationFacts>> = {
  create: {
    rpc: "Create",
    begins: "payable",
    needsAmount: true,
    failsPayout: true,
    pays: true,
    sendsDetails: true,
  },
  transfer: {
    rpc: "Transfer",
    begins: "payable",
    needsAmount: true,
    failsPayout: true,
    pays: true,
    sendsDetails: true,
  },
  get: { rpc: "Get", begins: "any" },
  void: { rpc: "Void", begins: "any" },
  stage: { rpc: "Stage", begins: "new", needsAmount: true },
  createLink: { rpc: "CreateLink", begins: "new", needsAmount: true, failsPayout: true },
  createRecipient: { rpc: "CreateRecipient", begins: "payable" },
  enrollDisburseAccount: { rpc: "EnrollDisburseAccount", begins: "payable", sendsDetails: true },
  eligibility: { rpc: "Eligibility", begins: "any" },
};

/** What the core must know of an operation that was read from the store. A newer build may have written one of its own. */
export function operationFacts(operation: string): OperationFacts {
  return operations[operation as Operation] ?? { rpc: operation, begins: "any" };
}

/** The names of all operations of which something holds, for a set or a list in SQL. */
export function operationsWhere(holds: (facts: OperationFacts) => boolean): readonly Operation[] {
  return (Object.keys(operations) as Operation[]).filter((operation) => holds(operations[operation]));
}
