import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type {
  Connector,
  Context,
  Http,
  Operation,
  OperationFunction,
  PayoutFacts,
  PayoutStatus,
  Reply,
  Request,
} from "../../../src/connector/contract.ts";
import { PayoutService } from "../../../src/gen/types/payout_pb.ts";

/** When every call of {@link callOffline} was first sent, in milliseconds since 1970. */
export const startedAtMs = Date.UTC(2026, 10, 20);

/** What the fields of a request may be given as. */
export type RequestInit<O extends Operation> = MessageInitShape<(typeof PayoutService.method)[O]["input"]>;

/** What may differ from a first call of a payout that the core does not know. */
export interface Circumstances {
  /** How long after it was first sent the call is judged. */
  readonly afterMs?: number;
  readonly attempt?: number;
  /** The beginning of the idempotency key. */
  readonly key?: string;
  /** The payout's status, where the core knows the payout. */
  readonly status?: PayoutStatus | undefined;
}

/** Calls an operation of a connector that needs no network, as the core does. Any call of its provider rejects. */
export async function callOffline<O extends Operation>(
  connector: Connector<Record<string, never>>,
  operation: O,
  init: RequestInit<O>,
  circumstances: Circumstances = {},
): Promise<Reply<O>> {
  const run: OperationFunction<O, Record<string, never>> | undefined = connector[operation];
  if (run === undefined) throw new Error(`${connector.name} has no ${operation}`);
  const request = create(PayoutService.method[operation].input, init as never) as Request<O>;
  return await run(request, offline(circumstances));
}

function offline(circumstances: Circumstances): Context<Record<string, never>> {
  const { afterMs = 0, attempt = 1, key = "a1", status } = circumstances;
  return {
    http: noHttp,
    credentials: {},
    idempotencyKey: key.padEnd(64, "0"),
    attempt,
    startedAtMs,
    now: () => startedAtMs + afterMs,
    payout: status === undefined ? undefined : { ...somePayout, status },
    warn: (message) => {
      throw new Error(`unexpected warning: ${message}`);
    },
  };
}

const refuse = () => Promise.reject(new Error("this connector must not call anybody"));
const noHttp: Http = { send: refuse, exchange: refuse };

const somePayout: Omit<PayoutFacts, "status"> = {
  id: "01990000-0000-7000-8000-000000000000",
  merchantPayoutId: "order-1",
  connectorPayoutId: undefined,
  amountMinor: 1000n,
  currency: "USD",
  destinationCurrency: "USD",
  linkExpiresAtMs: undefined,
};
