/** What one server takes on. Sizes in bytes, times in milliseconds. */
export interface Limits {
  /** Calls being carried out at once; one more is told to come back. */
  readonly callsInFlight: number;
  /** Size of a request message, after decompression. */
  readonly messageBytes: number;
  /** Names and values of a call's headers together. */
  readonly metadataBytes: number;
  /** Given to calls that name no deadline. */
  readonly deadlineMs: number;
  /** Longer deadlines are cut to this. Streams are not. */
  readonly longestDeadlineMs: number;
  /** Size of what is posted to a page. */
  readonly pageBytes: number;
  /** How long what is posted to a page may take to arrive. */
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
