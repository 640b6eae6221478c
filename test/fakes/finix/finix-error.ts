/** One error inside Finix's error body. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

/** An error as Finix answers it: a status, and a HAL body with every fault. */
export class FinixError extends Error {
  readonly status: number;
  readonly faults: readonly Fault[];

  constructor(status: number, ...faults: readonly Fault[]) {
    super(faults[0]?.message);
    this.status = status;
    this.faults = faults;
  }
}

/** The body of an error reply. `logref` is different for every error, as Finix's support would ask for it. */
export function errorBody(faults: readonly Fault[]): object {
  const errors = faults.map((fault) => ({ logref: newLogref(), ...fault, _links: {} }));
  return { total: errors.length, _embedded: { errors } };
}

let count = 0;

function newLogref(): string {
  count += 1;
  return `logref${String(count).padStart(8, "0")}`;
}

/** Fields that cannot be used. */
export function invalidFields(...fields: readonly { readonly field: string; readonly message: string }[]) {
  return new FinixError(422, ...fields.map((each) => ({ code: "INVALID_FIELD", ...each })));
}

/** A path, or an object, that is not there. */
export function notFound(what: string): FinixError {
  return new FinixError(404, { code: "NOT_FOUND", message: `There is no ${what}.` });
}
