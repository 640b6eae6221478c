import { randomUUIDv7 } from "node:crypto";
import { type DescMessage, fromJson, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { type Claim, PayoutMethodKind } from "../../../src/connector/contract.ts";
import { createHttpClient, type HttpClient } from "../../../src/connector/http/client.ts";
import { loadConnectors } from "../../../src/connector/registry.ts";
import { asFailure } from "../../../src/core/failure.ts";
import { defaultPatience, type Patience } from "../../../src/core/patience.ts";
import type { Payout } from "../../../src/core/payout.ts";
import { RawMetadata } from "../../../src/edge/dispatch/incoming-call.ts";
import { PayoutService } from "../../../src/gen/types/payout_pb.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { openLedger } from "../../../src/ledger/open-ledger.ts";
import { createPayouts, type Payouts } from "../../../src/payouts/api/payout-service.ts";
import { parseKeys } from "../../../src/security/keys.ts";
import { createLog } from "../../../src/telemetry/log.ts";

/** Whose calls these are. */
export const scope = { tenantId: "tenant", merchantId: "merchant" };

/** What a call in this process was told. */
export interface Answer {
  readonly reply?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string | undefined;
  readonly isReplay: boolean;
}

/** The call path without an edge: on a real ledger, with the real HTTP client. */
export interface TestPayouts {
  readonly links: Payouts["links"];
  readonly ledger: Ledger;
  /** Moves the clock on. */
  advanceMs(ms: number): void;
  /** Calls an RPC, as a caller of the connector would. The request is JSON with the names of the proto files. */
  call(rpc: keyof typeof PayoutService.method, body: object, headers?: Headers): Promise<Answer>;
  /** The payout of a merchant_payout_id, as the ledger has it. */
  payout(merchantPayoutId: string): Promise<Payout>;
  /** Everything that was logged. */
  logged(): string;
  close(): Promise<void>;
}

type Headers = Readonly<Record<string, string>>;

/** What the payouts is made with. */
export interface PayoutsOptions {
  readonly databaseUrl: string;
  /** Where each connector's provider is. */
  readonly providers: Readonly<Record<string, string>>;
  readonly wrapLedger?: (ledger: Ledger) => Ledger;
  /** How long others are waited for, where it is not as usual. */
  readonly patience?: Partial<Patience>;
  /** How long a provider is waited for. Ten seconds if absent, which the slowest machine will do with. */
  readonly patienceMs?: number;
  /** SLUICE_KEY, where it is another than usual. */
  readonly keys?: string;
}

const folders = ["../../../connectors/", "../../connectors/own-links/", "../../connectors/euros-only/"].map(
  (path) => new URL(path, import.meta.url),
);
/** SLUICE_KEY, as usual. */
export const usualKey = Buffer.alloc(32, 7).toString("base64");

/** Opens the ledger, and makes the call path on it. Its clients send nothing twice by themselves. */
export async function openPayouts(options: PayoutsOptions): Promise<TestPayouts> {
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => void lines.push(line) } });
  const opened = await openLedger(options.databaseUrl, { now, log, poolSize: 8 });
  const ledger = options.wrapLedger?.(opened) ?? opened;
  const clients = new Map<string, HttpClient<unknown>>();
  const payouts = createPayouts({
    registry: await loadConnectors(folders),
    ledger,
    log,
    keys: parseKeys(options.keys ?? usualKey),
    now,
    patience: { ...defaultPatience, ...options.patience },
    owner: randomUUIDv7(),
    publicUrl: () => "https://pay.example.com",
    client: (connector) => {
      // A breaker that one test opens is closed again for the next one.
      const limits = { retries: 0, headersTimeoutMs: options.patienceMs ?? 10_000, breakMs: 1 };
      const observer = { log, metrics: { providerCall: () => {} } };
      const baseUrl = options.providers[connector.name];
      const client =
        clients.get(connector.name) ??
        createHttpClient<unknown>(connector as never, { ...observer, baseUrl, now, limits });
      clients.set(connector.name, client);
      return client;
    },
  });
  return {
    links: payouts.links,
    ledger,
    advanceMs: (ms) => {
      clock.aheadMs += ms;
    },
    call: (rpc, body, headers = {}) => callInProcess(payouts, now, { rpc, body, headers }),
    async payout(merchantPayoutId) {
      const payout = await ledger.findPayout(scope, { merchantPayoutId });
      if (!payout) throw new Error(`There is no payout ${merchantPayoutId}.`);
      return payout;
    },
    logged: () => lines.join(""),
    async close() {
      payouts.close();
      await Promise.all([...clients.values()].map((client) => client.close()));
      await ledger.close();
    },
  };
}

async function callInProcess(
  payouts: Payouts,
  now: () => number,
  call: { rpc: keyof typeof PayoutService.method; body: object; headers: Headers },
): Promise<Answer> {
  const method = PayoutService.method[call.rpc];
  const input: DescMessage = method.input;
  const trailers = new Map<string, string>();
  const handle = payouts.handlers(method);
  if (!handle) throw new Error(`Nobody handles ${call.rpc}.`);
  try {
    const reply = await handle(fromJson(input, call.body as JsonValue) as Message, {
      metadata: new RawMetadata(Object.entries(call.headers).flat()),
      requestId: randomUUIDv7(),
      protocol: "grpc",
      scope,
      deadlineMs: now() + 20_000,
      signal: new AbortController().signal,
      setTrailer: (name, value) => void trailers.set(name, value),
      setConnector: () => {},
    });
    const json = toJson(method.output as DescMessage, reply, { useProtoFieldName: true });
    return { reply: json as Record<string, unknown>, isReplay: trailers.has("idempotent-replayed") };
  } catch (error) {
    const failure = asFailure(error);
    if (!failure) throw error;
    const { reason, message, field } = failure;
    return { reason, message, field, isReplay: false };
  }
}

/** Ten dollars. */
export const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };

/** What a person gives who is to be paid to a bank account in the United States. */
export function aClaim(account: string, entry = 1): Claim {
  return {
    entry,
    methodKind: PayoutMethodKind.US_BANK,
    method: {
      payoutMethodData: {
        case: "ach",
        value: { bankAccountNumber: { value: account }, bankRoutingNumber: { value: "110000000" } },
      },
    },
    recipient: {
      kind: "personal",
      firstName: "Ada",
      lastName: "Lovelace",
      email: "ada@example.com",
      address: {
        line1: "1 Analytical Way",
        line2: undefined,
        city: "Springfield",
        region: "IL",
        postalCode: "62701",
        country: "US",
      },
    },
  };
}
