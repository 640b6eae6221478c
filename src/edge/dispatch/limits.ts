/** Limits of one server. Sizes in bytes, times in milliseconds. */
export interface Limits {
  /** Calls in flight at once; one more is answered SERVER_BUSY. */
  readonly callsInFlight: number;
  /** Size of a request message, after decompression. */
  readonly messageBytes: number;
  /** Names and values of a call's headers together. */
  readonly metadataBytes: number;
  /** Given to calls that name no deadline. */
  readonly deadlineMs: number;
  /** Longer deadlines are cut to this. Streams are not. */
  readonly longestDeadlineMs: number;
  /** Size of the body of a page request. */
  readonly pageBytes: number;
  /** How long the body of a page request may take to arrive. */
  readonly pageBodyMs: number;
}

/** Fits the memory of a small machine: a call in flight takes about 20 KB. */
export const defaultLimits: Limits = {
  callsInFlight: 12_000,
  messageBytes: 1024 * 1024,
  metadataBytes: 16 * 1024,
  deadlineMs: 30_000,
  longestDeadlineMs: 60_000,
  pageBytes: 64 * 1024,
  pageBodyMs: 15_000,
};
