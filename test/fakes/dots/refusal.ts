/** A refusal of the fake's: thrown by endpoints, answered with `{"code": …, "message": …}`. Dots publishes the codes, not the rest. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A body, query or header that Dots's reference does not allow. */
export function invalidInput(what: string): Refused {
  return new Refused(400, "invalid-input", `The input provided is invalid: ${what}`);
}
