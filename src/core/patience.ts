/** How long this server waits for others, in milliseconds. */
export interface Patience {
  /** For everything that one operation sends to its provider, whatever the caller's deadline. */
  readonly providerDeadlineMs: number;
  /** For the first byte of one reply of a provider. */
  readonly providerHeadersMs: number;
  /** How long other processes leave an attempt alone without hearing of it. */
  readonly leaseMs: number;
  /** For the answer of an identical call in progress. */
  readonly repeatMs: number;
}

/** What holds unless whoever starts the server says otherwise: tests do, so that none waits for the clock. */
export const defaultPatience: Patience = {
  providerDeadlineMs: 25_000,
  providerHeadersMs: 10_000,
  leaseMs: 4000,
  repeatMs: 2000,
};
