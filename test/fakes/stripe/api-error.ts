/** An error reply of the API: thrown by handlers, written as `{"error": {…}}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly error: Readonly<Record<string, string>>;
  /** Whether v1 had begun to execute, and so keeps the reply for its idempotency key. */
  readonly executed: boolean;

  constructor(
    status: number,
    error: { type?: string; code?: string; message: string; param?: string },
    options: { executed: boolean } = { executed: true },
  ) {
    super(error.message);
    this.status = status;
    this.error = error;
    this.executed = options.executed;
  }
}

/** 401: no key, or not one of this API. */
export function unauthorized(message: string): ApiError {
  return new ApiError(401, { type: "invalid_request_error", message }, { executed: false });
}

/** A parameter that is missing, unknown or mistyped, in the shape of its API version. */
export function invalidParameter(
  api: "v1" | "v2",
  param: string,
  message: string,
  code = "parameter_invalid",
): ApiError {
  return api === "v1"
    ? new ApiError(400, { type: "invalid_request_error", code, param, message }, { executed: false })
    : new ApiError(400, { code: "invalid_fields", message }, { executed: false });
}

/** 404 in the shape of its API version. */
export function notFound(api: "v1" | "v2", what: string, id: string): ApiError {
  const message = `There is no ${what} with the id ${id}.`;
  return api === "v1"
    ? new ApiError(404, { type: "invalid_request_error", code: "resource_missing", param: "id", message })
    : new ApiError(404, { code: "not_found", message });
}

/** A refusal of a v2 rule, which has a type of its own. */
export function refused(type: string, code: string, message: string): ApiError {
  return new ApiError(400, { type, code, message });
}

/** A refusal of a v1 rule. */
export function refusedV1(code: string, message: string): ApiError {
  return new ApiError(400, { type: "invalid_request_error", code, message });
}
