import { afterAll, beforeAll } from "vitest";
import { type FakeDots, startFake } from "../../fakes/dots/fake.ts";
import { callGrpcJs, type TestCall, type Told } from "../clients/clients.ts";
import { type RunningService, startService } from "../service/service.ts";
import type { Store } from "../stores/engines.ts";
import type { FakeLink } from "./provider-fake.ts";

/** What differs from an ordinary call. */
export interface Asked {
  /** Fields of the request. */
  readonly more?: object;
  /** Credentials besides the fake's. */
  readonly credentials?: object;
  /** Another service than the stage's. */
  readonly at?: RunningService;
}

/** A fake Dots and a service on a store, for the tests of one engine, which call it by merchant_payout_id. */
export interface DotsStage {
  readonly fake: FakeDots;
  readonly service: RunningService;
  ask(rpc: TestCall["rpc"], id: string, asked?: Asked): Promise<Told>;
  /** CreateLink of ten dollars. */
  create(id: string, asked?: Asked): Promise<Told>;
  /** As create, and Dots's id of the link. */
  made(id: string, asked?: Asked): Promise<string>;
  statusOf(id: string, asked?: Asked): Promise<unknown>;
  /** Links that the fake makes meanwhile. */
  newLinks(act: () => Promise<unknown>): Promise<readonly FakeLink[]>;
  /** How often a link was asked for, and under how many keys. */
  sentFor(id: string): { readonly keys: number; readonly times: number };
  deletes(): number;
  /** Another service on a store that knows nothing. */
  withOtherStore(act: (at: RunningService) => Promise<void>): Promise<void>;
}

const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };

/** Starts a stage before the tests of an engine. */
export function dotsStage(newStore: () => Promise<Store>): DotsStage {
  let store: Store;
  let fake: FakeDots;
  let service: RunningService;
  const startOn = ({ environment }: Store) =>
    startService({ environment: { ...environment, SLUICE_DOTS_URL: fake.url, SLUICE_LOG_LEVEL: "debug" } });
  beforeAll(async () => {
    store = await newStore();
    fake = await startFake();
    service = await startOn(store);
  });
  afterAll(async () => {
    await service.stop();
    await fake.close();
    store.remove();
  });
  const stage: DotsStage = {
    get fake() {
      return fake;
    },
    get service() {
      return service;
    },
    ask(rpc, id, { more = {}, credentials = {}, at = service } = {}) {
      const config = { config: { Dots: { ...fake.credentials, ...credentials } } };
      const headers = { "x-connector-config": JSON.stringify(config) };
      return callGrpcJs(at, { rpc, headers, body: { merchant_payout_id: id, ...more } });
    },
    create: (id, { more, ...rest } = {}) =>
      stage.ask("createLink", id, { more: { ...money, ...more }, ...rest }),
    made: async (id, asked) => (await stage.create(id, asked)).reply?.connector_payout_id as string,
    statusOf: async (id, asked) => (await stage.ask("get", id, asked)).reply?.payout_status,
    async newLinks(act) {
      const before = fake.links().length;
      await act();
      return fake.links().slice(before);
    },
    sentFor(id) {
      const posts = fake
        .requests()
        .filter(({ method, body }) => method === "POST" && body.includes(`"${id}"`));
      const keys = posts.map(({ body }) => (JSON.parse(body) as { idempotency_key: string }).idempotency_key);
      return { keys: new Set(keys).size, times: posts.length };
    },
    deletes: () => fake.requests().filter(({ method }) => method === "DELETE").length,
    async withOtherStore(act) {
      const other = await newStore();
      const at = await startOn(other);
      await act(at);
      await at.stop();
      other.remove();
    },
  };
  return stage;
}
