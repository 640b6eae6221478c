/**
 * Stands before every request that can change something at a provider. It has the same two names in each layer, from the
 * operation down to the socket.
 *
 * @example client.open({ credentials, deadlineMs, guard: { beforeFirstEffect: () => attempt.persist(), beforeSend: () => lease.assertHeld() } })
 */
export interface EffectGuard {
  /** Awaited once, before the first such request leaves. If it rejects, the call ends with nothing sent. */
  beforeFirstEffect(): Promise<void>;
  /** Called each time just before the first byte of such a request may leave. If it throws, none leaves. */
  beforeSend(): void;
}

/** Lets every request pass: for requests that change nothing, and for calls whose outcome is stored nowhere. */
export const unguarded: EffectGuard = {
  beforeFirstEffect: async () => {},
  beforeSend: () => {},
};
