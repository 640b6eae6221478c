import type { z } from "zod";
import { type HttpRequest, readReply } from "../../src/connector/contract.ts";
import type { FinixContext } from "./credentials.ts";

/** The version of Finix's API that this connector is written for. */
const VERSION = "2022-02-01";

/**
 * Sends a request and reads the reply.
 *
 * @throws Refusal if Finix declines for good; Failure if the outcome is unknown, or nothing was sent.
 */
export async function callFinix<T>(
  context: FinixContext,
  request: HttpRequest,
  shape: z.ZodType<T>,
): Promise<T> {
  return readReply(await context.http.send({ ...request, headers: { "finix-version": VERSION } }), shape);
}
