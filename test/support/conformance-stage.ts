import { existsSync, readdirSync } from "node:fs";
import type { Connector } from "../../src/connector/contract.ts";
import { readFixtures } from "../../src/connector/kit/fixture.ts";
import { callGrpcJs, type TestCall, type Told } from "./clients.ts";
import type { Store } from "./engines.ts";
import type { FakeLink, ProviderFake } from "./provider-fake.ts";
import { startService } from "./service.ts";
import { newTemplateCopy } from "./template-copy.ts";

/** A connector that has a fake of its provider. */
export interface Subject {
  readonly name: string;
  readonly connector: Connector;
  /** Whether its webhooks name payouts, as its fixtures show. */
  readonly namesPayouts: boolean;
  startFake(): Promise<ProviderFake>;
}

/** The fake of the template's provider, and what the template's copy is called: somebody may have made one of its own name. */
const template = { fake: "acme", name: "acme-of-the-template", configKey: "AcmeOfTheTemplate" };

/** Every connector whose provider has a fake in `test/fakes/<name>/fake.ts`. */
export async function conformanceSubjects(): Promise<readonly Subject[]> {
  const fakes = new URL("../fakes/", import.meta.url);
  const names = readdirSync(fakes).filter((name) => existsSync(new URL(`${name}/fake.ts`, fakes)));
  return Promise.all(
    names.toSorted().map(async (name) => {
      const { startFake } = (await import(new URL(`${name}/fake.ts`, fakes).href)) as Pick<
        Subject,
        "startFake"
      >;
      if (typeof startFake !== "function")
        throw new Error(`test/fakes/${name}/fake.ts must export startFake.`);
      const subject = { startFake, ...(await connectorOf(name === template.fake ? "_template" : name)) };
      return name === template.fake
        ? { ...subject, name: template.name, connector: { ...subject.connector, ...template } }
        : { ...subject, name };
    }),
  );
}

async function connectorOf(folderName: string): Promise<Pick<Subject, "connector" | "namesPayouts">> {
  const folder = new URL(`../../connectors/${folderName}/`, import.meta.url);
  const { default: connector } = (await import(new URL("index.ts", folder).href)) as { default: Connector };
  const { webhooks } = await readFixtures(folder);
  const named = webhooks.flatMap(({ event }) => event?.connectorPayoutIds ?? []);
  return { connector, namesPayouts: named.length > 0 };
}

/** A service with every connector and its provider's fake. */
export interface ConformanceStage {
  fake(name: string): ProviderFake;
  call(subject: Subject, rpc: TestCall["rpc"], body: object): Promise<Told>;
  /** The methods of the requests that a call sends, in their order. */
  methods(subject: Subject, call: "create" | "void"): Promise<readonly string[]>;
  /** Lets two minutes pass for a payout's attempts. */
  age(merchantPayoutId: string): Promise<void>;
  /** Lets the time of a payout's link pass, by this server's clock. */
  outlive(merchantPayoutId: string): Promise<void>;
  /** What the service has printed. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts the fakes, and the service on the store. */
export async function startConformance(
  subjects: readonly Subject[],
  store: Store,
): Promise<ConformanceStage> {
  const fakes = await startFakes(subjects);
  const copy = await newTemplateCopy(template.name);
  const environment = { ...store.environment, ...urlsOf(fakes), SLUICE_CONNECTORS_DIR: copy.folder };
  const service = await startService({ environment: { ...environment, SLUICE_LOG_LEVEL: "warn" } });
  const fake = (name: string) => fakes.get(name) as ProviderFake;
  const stage: ConformanceStage = {
    fake,
    async methods(subject, call) {
      const link = newTestLink(stage, subject);
      if (call === "void") await link.create();
      const before = fake(subject.name).requests().length;
      await link[call]();
      const sent = fake(subject.name).requests().slice(before);
      return [...new Set(sent.map(({ method }) => method))];
    },
    call: ({ name, connector }, rpc, body) => {
      const config = { config: { [connector.configKey]: fake(name).credentials } };
      const headers = { "x-connector-config": JSON.stringify(config) };
      return callGrpcJs(service, { rpc, headers, body: body as TestCall["body"] });
    },
    age: (id) =>
      store.change(
        `update attempt set started_at_ms = started_at_ms - ${minutesMs}, lease_until_ms = lease_until_ms - ${minutesMs} where identity = 'merchant:${id}'`,
      ),
    outlive: (id) =>
      store.change(`update payout set link_expires_at_ms = 1 where merchant_payout_id = '${id}'`),
    output: service.output,
    stop: async () => {
      await service.stop();
      await Promise.all([...fakes.values()].map((each) => each.close()));
      copy.remove();
    },
  };
  return stage;
}

async function startFakes(subjects: readonly Subject[]): Promise<ReadonlyMap<string, ProviderFake>> {
  const started = subjects.map(async ({ name, startFake }) => [name, await startFake()] as const);
  return new Map(await Promise.all(started));
}

/** What leads each connector to its provider's fake. */
function urlsOf(fakes: ReadonlyMap<string, ProviderFake>): Readonly<Record<string, string>> {
  const variable = (name: string) => `SLUICE_${name.toUpperCase().replaceAll("-", "_")}_URL`;
  return Object.fromEntries([...fakes].map(([name, { url }]) => [variable(name), url]));
}

/** Two minutes, in milliseconds. */
const minutesMs = 120_000;

/** A link of a test: its amount is no other's, so that it is known at the provider. */
export interface TestLink {
  readonly id: string;
  /** CreateLink of it, the same every time. */
  create(): Promise<Told>;
  /** As {@link TestLink.create}, until somebody can say what happened. */
  createAtLast(): Promise<Told>;
  get(): Promise<Told>;
  void(): Promise<Told>;
  voidAtLast(): Promise<Told>;
  /** What the provider has of it. */
  there(): readonly FakeLink[];
  /** The one that there must be. */
  one(): FakeLink;
}

let lastAmount = 1000;

/** A link that nobody has made yet. */
export function newTestLink(stage: ConformanceStage, subject: Subject): TestLink {
  const minorAmount = ++lastAmount;
  const id = `conformance-${minorAmount}`;
  const create = () => stage.call(subject, "createLink", linkRequest(subject.connector, id, minorAmount));
  const about = (rpc: "get" | "void") => () => stage.call(subject, rpc, { merchant_payout_id: id });
  const there = () =>
    stage
      .fake(subject.name)
      .links()
      .filter((link) => link.amountMinor === BigInt(minorAmount));
  // Only what looks for an earlier link has to wait; what is sent again under a key would differ by its time.
  const passTime = async () => {
    if ("lookup" in subject.connector.idempotency) await stage.age(id);
  };
  return {
    id,
    create,
    get: about("get"),
    void: about("void"),
    createAtLast: () => untilAnswered(create, passTime),
    voidAtLast: () => untilAnswered(about("void"), passTime),
    there,
    one: () => {
      const [link, ...others] = there();
      if (!link || others.length > 0) throw new Error(`There are ${there().length} links of ${id}.`);
      return link;
    },
  };
}

function linkRequest({ linkOptions = [] }: Connector, id: string, minorAmount: number): object {
  const terms = linkOptions.includes("terms_url") && { terms_url: "https://shop.example/terms" };
  return {
    merchant_payout_id: id,
    amount: { minor_amount: String(minorAmount), currency: "USD" },
    destination_currency: "USD",
    ...(terms && { link_options: terms }),
  };
}

/** Codes that say to call again. */
const again: ReadonlySet<string | undefined> = new Set([
  "UNAVAILABLE",
  "ABORTED",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
]);

/** Calls again as a caller would. Where a provider cannot be asked yet what it did, time is made to pass. */
async function untilAnswered(call: () => Promise<Told>, passTime: () => Promise<void>): Promise<Told> {
  for (let round = 1; ; round++) {
    const told = await call();
    if (!again.has(told.code) || round === 40) return told;
    if (told.reason === "OUTCOME_UNKNOWN") await passTime();
    await new Promise((resolve) => setTimeout(resolve, 25 * Math.min(round, 8)));
  }
}
