/**
 * A fake provider as the conformance test drives it. Each is stateful and as strict as the provider's documentation: it
 * refuses what the provider would refuse, and never invents what is not documented.
 */
export interface ProviderFake {
  /** Base URL, for `SLUICE_<CONNECTOR>_URL`. */
  readonly url: string;
  /** What callers write inside `x-connector-config`, obvious fakes with `canary` in them. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Every link that was made, oldest first, as the provider's own dashboard would show them. */
  links(): readonly FakeLink[];
  /** The recipient opens the page and gives details: payment begins. */
  claim(linkId: string): void;
  /** The money arrives. */
  pay(linkId: string): void;
  /** The payment fails, with whatever the provider then does about the link. */
  fail(linkId: string): void;
  /** The link runs out. */
  expire(linkId: string): void;
  /** Strikes the next requests that fit. */
  inject(fault: ProviderFault): void;
  /** How many of these still wait for a request. */
  faultsLeft(): number;
  /** Every request that came, oldest first. */
  requests(): readonly FakeRequest[];
  /** What the provider would send about a link now, signed with the secret. */
  webhook(linkId: string, secret: string): SignedWebhook;
  close(): Promise<void>;
}

/** A link at the fake. */
export interface FakeLink {
  /** The provider's id. */
  readonly id: string;
  /** Whether a recipient could still claim it. */
  readonly isLive: boolean;
  readonly isPaid: boolean;
  readonly amountMinor: bigint;
  /** How many of its payments are under way or have arrived, where Sluice asks for each: never more than one. */
  readonly paymentCount?: number;
}

/** What goes wrong, before or after the request has had its effect. */
export interface ProviderFault {
  readonly kind: "timeout" | "reset" | "error500" | "rateLimit" | "garbage" | "cut";
  readonly when: "before" | "after";
  /** Only requests of this method. Any if absent. */
  readonly method?: string;
  /** How many requests it strikes; one if absent. */
  readonly times?: number;
}

/** A request that reached the fake. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
}

/** A webhook as it would arrive. */
export interface SignedWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
