import { Failure } from "../../connector/contract.ts";
import { reasons } from "../../core/reasons.ts";
import type { AskParts, Errand } from "./connector-context.ts";

/** How long after the deadline a connector may think about what came; it can send nothing any more then, in milliseconds. */
const THINKING_MS = 2000;

/**
 * What a connector comes to. `operation` is for the log.
 *
 * @throws Failure DEADLINE_EXCEEDED where it takes too long: work that never ended would keep its payout for ever.
 */
export async function inTime<T>(
  { log, now }: AskParts,
  { route, deadlineMs }: Errand,
  operation: string,
  work: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const giveUp = () => {
      const connector = route.connector.name;
      log.error({ connector, operation }, "a connector did not come to an end");
      const message = `${connector} did not come to an end in time. ${reasons.DEADLINE_EXCEEDED.advice}`;
      reject(new Failure("DEADLINE_EXCEEDED", message));
    };
    timer = setTimeout(giveUp, deadlineMs - now() + THINKING_MS);
  });
  return Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}
