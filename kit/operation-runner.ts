import { create, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import {
  type Connector,
  type Context,
  type Credentials,
  Failure,
  type LinkVisit,
  type Operation,
  type OperationFunction,
  type PayoutFacts,
  Refusal,
} from "../src/connector/contract.ts";
import { PayoutEnums_PayoutStatus, PayoutService } from "../src/gen/types/payout_pb.ts";
import type { Fixture } from "./fixture.ts";

/** The end of an operation. `crash` is always a mistake of the connector. */
export type RunOutcome =
  /** JSON of the reply, names in snake_case; undefined where a lookup found nothing. */
  | { readonly kind: "reply"; readonly reply: JsonValue | undefined }
  | { readonly kind: "refusal"; readonly refusal: Refusal }
  | { readonly kind: "failure"; readonly failure: Failure }
  | { readonly kind: "crash"; readonly error: unknown };

/** Runs a fixture's operation, its lookup, or the opening of a link. */
export async function runOperation(
  connector: Connector,
  fixture: Fixture,
  context: Context,
): Promise<RunOutcome> {
  try {
    return { kind: "reply", reply: await replyOf(connector, fixture, context) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "refusal", refusal: error };
    if (error instanceof Failure) return { kind: "failure", failure: error };
    return { kind: "crash", error };
  }
}

async function replyOf(
  connector: Connector,
  fixture: Fixture,
  context: Context,
): Promise<JsonValue | undefined> {
  if (fixture.operation === "openLink") return openLink(connector, fixture, context);
  const { operation } = fixture;
  const request = fromJson(PayoutService.method[operation].input, fixture.request as JsonValue);
  const reply = fixture.lookup
    ? await lookup(connector, operation, request, context)
    : await operationOf(connector, operation)(request as never, context);
  if (reply === undefined) return undefined;
  const schema = PayoutService.method[operation].output;
  return toJson(schema, create(schema, reply as never), { useProtoFieldName: true });
}

function operationOf(connector: Connector, operation: Operation): OperationFunction<Operation, Credentials> {
  const execute = connector[operation];
  if (!execute) throw new TypeError(`${connector.name} has no ${operation}`);
  return execute.bind(connector) as never;
}

function lookup(
  connector: Connector,
  operation: Operation,
  request: unknown,
  context: Context,
): Promise<unknown> {
  if (!("lookup" in connector.idempotency))
    throw new TypeError(`${connector.name} has no idempotency.lookup`);
  return connector.idempotency.lookup(operation, request as never, context);
}

async function openLink(connector: Connector, { request }: Fixture, context: Context): Promise<JsonValue> {
  if (!connector.openLink) throw new TypeError(`${connector.name} has no openLink`);
  if (!context.payout) throw new TypeError("an openLink fixture needs context.payout");
  const { returnUrl, email, country } = request as Partial<
    Pick<LinkVisit, "returnUrl" | "email" | "country">
  >;
  const visit = {
    payout: context.payout,
    returnUrl: returnUrl ?? "https://sluice.example/l/token",
    email,
    country,
  };
  return { ...(await connector.openLink(visit, context)) };
}

/** The context that a fixture describes. */
export function contextOf({ context }: Fixture): Omit<Context, "http" | "credentials" | "warn"> {
  const startedAtMs = Date.parse(context.startedAt);
  const nowMs = context.now === undefined ? startedAtMs : Date.parse(context.now);
  const { lastTriedAt } = context;
  return {
    idempotencyKey: context.idempotencyKey,
    attempt: context.attempt,
    startedAtMs,
    lastTriedAtMs: lastTriedAt === undefined ? undefined : Date.parse(lastTriedAt),
    now: () => nowMs,
    payout: context.payout && payoutOf(context.payout),
  };
}

function payoutOf(payout: NonNullable<Fixture["context"]["payout"]>): PayoutFacts {
  return {
    id: payout.id,
    merchantPayoutId: payout.merchantPayoutId,
    connectorPayoutId: payout.connectorPayoutId,
    status: PayoutEnums_PayoutStatus[payout.status],
    amountMinor: BigInt(payout.amountMinor),
    currency: payout.currency,
    destinationCurrency: payout.destinationCurrency,
    linkExpiresAtMs: payout.linkExpiresAt === undefined ? undefined : Date.parse(payout.linkExpiresAt),
  };
}
