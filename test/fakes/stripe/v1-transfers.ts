import { z } from "zod";
import { notFound, refusedV1 } from "./api-error.ts";
import { currency, limit, metadata, minorAmount, type Route, route, type Target } from "./route.ts";
import type { State, Transfer } from "./state.ts";
import { connected } from "./v1-accounts.ts";
import { balanceOf, move } from "./v1-balance.ts";
import { list } from "./v1-list.ts";

const transferCreation = z.strictObject({
  amount: minorAmount,
  currency,
  destination: z.string(),
  description: z.string().optional(),
  metadata: metadata.optional(),
  transfer_group: z.string().optional(),
});
const transferQuery = z.strictObject({
  limit,
  destination: z.string().optional(),
  transfer_group: z.string().optional(),
});
const reversal = z.strictObject({ amount: minorAmount.optional(), metadata: metadata.optional() });

/** v1: transfers to connected accounts, and their reversals. */
export const v1TransferRoutes: readonly Route[] = [
  route("POST", "/v1/transfers", transferCreation, createTransfer),
  route("GET", "/v1/transfers", transferQuery, listTransfers),
  route("GET", "/v1/transfers/:id", z.strictObject({}), (_, { state, ids }) =>
    transferBody(transfer(state, ids[0])),
  ),
  route("POST", "/v1/transfers/:id/reversals", reversal, reverseTransfer),
];

function createTransfer(parameters: z.infer<typeof transferCreation>, { state }: Target): object {
  const account = connected(state, parameters.destination);
  const amount = Number(parameters.amount);
  if (account.capabilities.get("transfers")?.status !== "active") {
    throw refusedV1(
      "insufficient_capabilities_for_transfer",
      "The destination account cannot receive transfers yet.",
    );
  }
  if ((balanceOf(state, undefined).get(parameters.currency) ?? 0) < amount) {
    throw refusedV1("balance_insufficient", "The platform's balance does not cover this transfer.");
  }
  move(balanceOf(state, undefined), parameters.currency, -amount);
  move(account.balance, parameters.currency, amount);
  const made: Transfer = {
    id: state.newId("tr_"),
    createdMs: state.nowMs(),
    amount,
    currency: parameters.currency,
    destination: account.id,
    group: parameters.transfer_group,
    metadata: parameters.metadata ?? {},
    amountReversed: 0,
  };
  state.transfers.set(made.id, made);
  account.transfers.push(made);
  return transferBody(made);
}

function listTransfers(query: z.infer<typeof transferQuery>, { state }: Target): object {
  const pool = query.destination
    ? connected(state, query.destination).transfers
    : [...state.transfers.values()];
  const wanted = pool.filter(
    ({ group }) => query.transfer_group === undefined || group === query.transfer_group,
  );
  return list("/v1/transfers", wanted, query.limit, transferBody);
}

function reverseTransfer(parameters: z.infer<typeof reversal>, { state, ids }: Target): object {
  const found = transfer(state, ids[0]);
  const amount = Number(parameters.amount ?? found.amount - found.amountReversed);
  const balance = connected(state, found.destination).balance;
  if (amount <= 0) throw refusedV1("transfer_already_reversed", "The transfer is reversed already.");
  if ((balance.get(found.currency) ?? 0) < amount) {
    throw refusedV1("balance_insufficient", "The connected account no longer holds the money.");
  }
  found.amountReversed += amount;
  move(balance, found.currency, -amount);
  move(balanceOf(state, undefined), found.currency, amount);
  return {
    id: state.newId("trr_"),
    object: "transfer_reversal",
    amount,
    created: Math.floor(state.nowMs() / 1000),
    currency: found.currency,
    metadata: parameters.metadata ?? {},
    transfer: found.id,
  };
}

function transfer(state: State, id: string | undefined): Transfer {
  const found = state.transfers.get(id ?? "");
  if (!found) throw notFound("v1", "transfer", id ?? "");
  return found;
}

/** A transfer as v1 shows it. */
export function transferBody(transfer: Transfer): object {
  return {
    id: transfer.id,
    object: "transfer",
    amount: transfer.amount,
    amount_reversed: transfer.amountReversed,
    created: Math.floor(transfer.createdMs / 1000),
    currency: transfer.currency,
    description: null,
    destination: transfer.destination,
    livemode: false,
    metadata: transfer.metadata,
    reversed: transfer.amountReversed >= transfer.amount,
    source_type: "card",
    transfer_group: transfer.group ?? null,
  };
}
