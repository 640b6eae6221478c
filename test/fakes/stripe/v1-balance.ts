import { z } from "zod";
import { type Route, route } from "./route.ts";
import type { State } from "./state.ts";
import { connected } from "./v1-accounts.ts";

/** v1: the platform's balance, or a connected account's. */
export const v1BalanceRoutes: readonly Route[] = [
  route("GET", "/v1/balance", z.strictObject({}), (_, { state, account }) => ({
    object: "balance",
    available: [...balanceOf(state, account)].map(([currency, amount]) => ({ amount, currency })),
    livemode: false,
    pending: [],
  })),
];

/** Minor amounts by currency: a connected account's, or the platform's. */
export function balanceOf(state: State, account: string | undefined): Map<string, number> {
  return account === undefined
    ? (state.funds.get("platform") ?? new Map())
    : connected(state, account).balance;
}

/** Adds to a balance, or takes from it. */
export function move(balance: Map<string, number>, name: string, amount: number): void {
  balance.set(name, (balance.get(name) ?? 0) + amount);
}
