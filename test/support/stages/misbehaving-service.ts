import { callGrpcJs, type TestCall, type Told } from "../clients/clients.ts";
import { quick, type RunningService, root, startService } from "../service/service.ts";
import type { Store } from "../stores/engines.ts";
import { type MisbehavingProvider, startMisbehavingProvider } from "./misbehaving-provider.ts";

/** Two processes on one store with the connector of `test/connectors/own-links`, and its provider. */
export interface Misbehaving {
  readonly provider: MisbehavingProvider;
  readonly service: RunningService;
  readonly second: RunningService;
  /** Calls the first process about a payout of the merchant's. */
  call(rpc: TestCall["rpc"], id: string, more?: object): Promise<Told>;
  /** Calls the second process. */
  callSecond(rpc: TestCall["rpc"], id: string, more?: object): Promise<Told>;
  /** Calls as long as the answer is to call again later. */
  callUntilAnswered(rpc: TestCall["rpc"], id: string, more?: object): Promise<Told>;
  stop(): Promise<void>;
}

/** The headers of a call of `misbehaving`. */
export const misbehavingHeaders = { "x-connector": "misbehaving" };

const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const bodies: Partial<Record<TestCall["rpc"], object>> = {
  createLink: money,
  create: money,
  transfer: money,
  createRecipient: { recipient_type: "INDIVIDUAL" },
};

/** Starts both processes and the provider. */
export async function startMisbehaving(store: Store): Promise<Misbehaving> {
  const provider = await startMisbehavingProvider();
  const environment = {
    ...store.environment,
    SLUICE_CONNECTORS_DIR: `${root}test/connectors/own-links`,
    SLUICE_MISBEHAVING_URL: provider.url,
  };
  const service = await startService({ environment, patience: { leaseMs: quick.leaseMs } });
  const second = await startService({ environment, patience: { leaseMs: quick.leaseMs } });
  const call = (to: RunningService, rpc: TestCall["rpc"], id: string, more: object) => {
    const body = { merchant_payout_id: id, ...bodies[rpc], ...more } as TestCall["body"];
    return callGrpcJs(to, { rpc, headers: misbehavingHeaders, body });
  };
  return {
    provider,
    service,
    second,
    call: (rpc, id, more = {}) => call(service, rpc, id, more),
    callSecond: (rpc, id, more = {}) => call(second, rpc, id, more),
    async callUntilAnswered(rpc, id, more = {}) {
      for (let round = 0; round < 40; round++) {
        const told = await call(service, rpc, id, more);
        if (told.code !== "ABORTED" && told.code !== "UNAVAILABLE") return told;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      throw new Error(`${rpc} of ${id} was never answered.`);
    },
    async stop() {
      await Promise.all([service.kill(), second.kill()]);
      await provider.close();
    },
  };
}
