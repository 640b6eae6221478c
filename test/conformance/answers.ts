import { expect } from "vitest";
import type { Told } from "../support/clients/clients.ts";

/** The status that a call was told, or else why not: no status is like that. */
export function statusOf({ reply, code, message }: Told): unknown {
  return reply ? reply.payout_status : `${code}: ${message}`;
}

/** Trouble is no answer: a call that met it may have been carried out, or can be repeated. */
export function notFailed(told: Told): void {
  if (told.reply) expect(told.reply).not.toMatchObject({ payout_status: "FAILED" });
  else expect(told.code).toMatch(/^(UNAVAILABLE|ABORTED|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED)$/);
}
