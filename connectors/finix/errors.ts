import { z } from "zod";
import type { ErrorReader, Reason } from "../../src/connector/contract.ts";

/** Finix's error codes. One that is not here gets its reason by HTTP status: 401 comes with the code UNKNOWN, for example. */
const reasons: Readonly<Record<string, Reason>> = {
  BAD_REQUEST: "PROVIDER_REJECTED_REQUEST",
  INVALID_FIELD: "PROVIDER_REJECTED_REQUEST",
  UNPROCESSABLE_ENTITY: "PROVIDER_REJECTED_REQUEST",
  METHOD_NOT_ALLOWED: "PROVIDER_REJECTED_REQUEST",
  NOT_ACCEPTABLE: "PROVIDER_REJECTED_REQUEST",
  DECLINED: "PROVIDER_DECLINED",
  FORBIDDEN: "PROVIDER_PERMISSION",
  NOT_FOUND: "PROVIDER_NOT_FOUND",
  CONFLICT: "PROVIDER_CONFLICT",
  // A processor behind Finix failed, which does not tell what Finix had done by then.
  UPSTREAM_PROCESSOR_ERROR: "OUTCOME_UNKNOWN",
};

const text = z.string().nullish().catch(undefined);
const fault = z.object({ code: text, field: text, logref: text, message: text });
const body = z.object({ _embedded: z.object({ errors: z.array(fault).min(1) }) });

/** Reads Finix's error replies: every error with its `logref`, which Finix's support asks for. */
export const errors: ErrorReader = {
  read(reply) {
    const { data } = body.safeParse(reply);
    if (!data) return undefined;
    const faults = data._embedded.errors;
    return { code: faults[0]?.code ?? "", message: faults.map(describe).join(" ") };
  },
  reasons,
};

function describe({ field, message, logref }: z.output<typeof fault>): string {
  const description = [field, message].filter(Boolean).join(": ");
  return [description, logref && `(logref ${logref})`].filter(Boolean).join(" ");
}
