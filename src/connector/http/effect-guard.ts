/** What stands between an operation and the changes that it makes at the provider. */
export interface EffectGuard {
  /** Writes the intent down; awaited before the first request that changes something. */
  beforeFirstEffect(): Promise<void>;
  /** Throws where the request may not be sent any more; called just before the first byte of anything that changes something. */
  beforeSend(): void;
}
