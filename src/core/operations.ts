import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { PayoutService, PayoutEnums_PayoutStatus as Status } from "../gen/types/payout_pb.ts";

type Methods = typeof PayoutService.method;

/** RPCs of `types.PayoutService`, by their generated names: `createLink`, `get`, … */
export type Operation = keyof Methods;

/** The request of an RPC, as generated. */
export type Request<O extends Operation> = MessageShape<Methods[O]["input"]>;

/** What an operation returns: the generated reply, of which every field may be left out. `statusCode` is 200 if absent. */
export type Reply<O extends Operation> = MessageInitShape<Methods[O]["output"]>;

/** What the core must know of an RPC, whatever the connector. */
export interface OperationFacts {
  /** As callers write it: `CreateLink`. */
  readonly rpc: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  /** Whether amount and destination currency must be there. */
  readonly needsAmount: boolean;
  /** Whether a refusal by the provider is the payout's end. */
  readonly failsPayout: boolean;
  /** Whether it moves the money. */
  readonly pays: boolean;
  /** Statuses of an existing payout in which the operation may begin; undefined: it makes a payout of its own. */
  readonly beginsIn: ReadonlySet<Status> | undefined;
}

/** Statuses of a payout that no payment has been begun of. */
export const unpaid: ReadonlySet<Status> = new Set<Status>([
  Status.PAYOUT_STATUS_UNSPECIFIED,
  Status.REQUIRES_CREATION,
  Status.REQUIRES_VENDOR_ACCOUNT_CREATION,
  Status.REQUIRES_PAYOUT_METHOD_DATA,
  Status.REQUIRES_CONFIRMATION,
  Status.REQUIRES_FULFILLMENT,
  Status.INELIGIBLE,
]);
const any = new Set<Status>(Object.values(Status));

function facts(
  operation: Operation,
  rest: Pick<OperationFacts, "needsAmount" | "failsPayout" | "beginsIn">,
): OperationFacts {
  const { name: rpc, input, output } = PayoutService.method[operation];
  return { rpc, input, output, pays: operation === "create" || operation === "transfer", ...rest };
}

/** One row for each RPC of types.PayoutService. */
export const operations: Readonly<Record<Operation, OperationFacts>> = {
  createLink: facts("createLink", { needsAmount: true, failsPayout: true, beginsIn: undefined }),
  create: facts("create", { needsAmount: true, failsPayout: true, beginsIn: unpaid }),
  transfer: facts("transfer", { needsAmount: true, failsPayout: true, beginsIn: unpaid }),
  get: facts("get", { needsAmount: false, failsPayout: false, beginsIn: any }),
  void: facts("void", { needsAmount: false, failsPayout: false, beginsIn: any }),
  stage: facts("stage", { needsAmount: true, failsPayout: false, beginsIn: undefined }),
  createRecipient: facts("createRecipient", { needsAmount: false, failsPayout: false, beginsIn: unpaid }),
  enrollDisburseAccount: facts("enrollDisburseAccount", {
    needsAmount: false,
    failsPayout: false,
    beginsIn: unpaid,
  }),
  eligibility: facts("eligibility", { needsAmount: false, failsPayout: false, beginsIn: any }),
};
