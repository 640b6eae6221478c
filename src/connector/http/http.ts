/** A request to the provider. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Begins with a slash; joined to the base URL that the core has chosen. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as application/json. */
  readonly json?: unknown;
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as it is, with a content-type from `headers`. For provider SDKs that encode by themselves. */
  readonly body?: string;
  /** Values in the path, besides the credentials, that neither the log nor the reply may repeat. */
  readonly secrets?: readonly string[];
  /**
   * `read` changes nothing and may always be repeated; `keyed` carries an idempotency key, so a repeat is the same request;
   * `once` must never be repeated by itself. GET is `read`, everything else `once`, unless said otherwise.
   */
  readonly effect?: "read" | "keyed" | "once";
}

/** The provider's answer. */
export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text where it is not JSON. */
  readonly body: unknown;
  /** As it arrived. */
  readonly text: string;
  /** Whose it is, for messages. */
  readonly connector: string;
  /** What the request could do: decides what a reply that cannot be read means. */
  readonly effect: "read" | "keyed" | "once";
}

/** The only way out of a connector. Owns base URL, authentication, deadline, pool, retries, breaker, bulkhead, masking. */
export interface Http {
  /**
   * Sends a request, and returns a 2xx reply.
   *
   * @throws Refusal for the provider's no (4xx other than 408, 425 and 429).
   * @throws Failure PROVIDER_RATE_LIMITED (429), PROVIDER_UNAVAILABLE (nothing was changed), OUTCOME_UNKNOWN (nobody knows).
   */
  send(request: HttpRequest): Promise<HttpReply>;
  /** As {@link Http.send}, and returns every reply that a provider's SDK should read by itself, whatever its status. Only a lost or missing reply throws. */
  exchange(request: HttpRequest): Promise<HttpReply>;
}
