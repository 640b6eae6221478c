import { existsSync, readdirSync } from "node:fs";
import { readFixtures } from "../../kit/fixture.ts";
import type { Connector } from "../../src/connector/contract.ts";
import { callGrpcJs, type TestCall, type Told } from "../support/clients/clients.ts";
import { newTemplateCopy } from "../support/connectors/template-copy.ts";
import { startService } from "../support/service/service.ts";
import { type LinkWay, linkWayOf } from "../support/stages/link-ways.ts";
import type { ProviderFake } from "../support/stages/provider-fake.ts";
import type { Store } from "../support/stores/engines.ts";
import { newTestLink } from "./link.ts";

/** A connector under test. */
export interface Subject {
  readonly name: string;
  readonly connector: Connector;
  /** How its links go. */
  readonly way: LinkWay;
  /** Whether its webhooks name payouts, as its fixtures show. */
  readonly namesPayouts: boolean;
  /** Starts the fake of its provider. Undefined if it makes no calls. */
  readonly startFake: (() => Promise<ProviderFake>) | undefined;
}

/** The template. Its copy has a name of its own, because a connector with the name of its fake may exist. */
const template = {
  folder: "_template",
  fake: "acme",
  name: "acme-of-the-template",
  configKey: "AcmeOfTheTemplate",
};

const connectors = new URL("../../connectors/", import.meta.url);
const fakes = new URL("../fakes/", import.meta.url);

/**
 * Every connector there is, and the template.
 *
 * @throws Error naming those that call a provider of which there is no fake.
 */
export async function conformanceSubjects(): Promise<readonly Subject[]> {
  const folders = readdirSync(connectors).filter((name) =>
    existsSync(new URL(`${name}/index.ts`, connectors)),
  );
  const subjects = await Promise.all(folders.toSorted().map(subjectOf));
  const missing = subjects.filter(({ connector, startFake }) => connector.hosts && !startFake);
  if (missing.length === 0) return subjects;
  const files = missing.map(({ name }) => `test/fakes/${name}/fake.ts`).join(", ");
  throw new Error(
    `Every connector is driven through the service, against a fake of its provider: write ${files}, which exports startFake.`,
  );
}

async function subjectOf(folder: string): Promise<Subject> {
  const url = new URL(`${folder}/`, connectors);
  const { default: connector } = (await import(new URL("index.ts", url).href)) as { default: Connector };
  const { webhooks } = await readFixtures(url);
  const named = webhooks.flatMap(({ event }) => event?.connectorPayoutIds ?? []);
  const common = { way: linkWayOf(connector), namesPayouts: named.length > 0 };
  const isTemplate = folder === template.folder;
  const startFake = await fakeOf(isTemplate ? template.fake : folder);
  if (!isTemplate) return { ...common, name: folder, connector, startFake };
  const { name, configKey } = template;
  return { ...common, name, connector: { ...connector, name, configKey }, startFake };
}

async function fakeOf(name: string): Promise<Subject["startFake"]> {
  const file = new URL(`${name}/fake.ts`, fakes);
  if (!existsSync(file)) return undefined;
  const { startFake } = (await import(file.href)) as Pick<Subject, "startFake">;
  if (typeof startFake !== "function") throw new Error(`test/fakes/${name}/fake.ts must export startFake.`);
  return startFake;
}

/** A service with every connector and its provider's fake. */
export interface ConformanceStage {
  /** @throws Error if the connector makes no calls. */
  fake(name: string): ProviderFake;
  call(subject: Subject, rpc: TestCall["rpc"], body: object): Promise<Told>;
  /** The methods of the requests that a call sends, in their order. */
  methods(subject: Subject, call: "create" | "void" | "transfer"): Promise<readonly string[]>;
  /** Lets two minutes pass for a payout's attempts. */
  age(merchantPayoutId: string): Promise<void>;
  /** Lets the time of a payout's link pass, by this server's clock. */
  outlive(merchantPayoutId: string): Promise<void>;
  /** The output of the service. */
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
  const pages = { SLUICE_TRUSTED_PROXIES: "1" };
  const service = await startService({ environment: { ...environment, ...pages, SLUICE_LOG_LEVEL: "warn" } });
  const fake = (name: string) => {
    const found = fakes.get(name);
    if (!found) throw new Error(`${name} makes no calls.`);
    return found;
  };
  const stage: ConformanceStage = {
    fake,
    async methods(subject, call) {
      const link = newTestLink(stage, subject);
      if (call !== "create") await link.create();
      if (call === "transfer") await link.claim();
      const before = fake(subject.name).requests().length;
      await link[call]();
      const sent = fake(subject.name).requests().slice(before);
      return [...new Set(sent.map(({ method }) => method))];
    },
    call: ({ name, connector }, rpc, body) => {
      const config = { config: { [connector.configKey]: fakes.get(name)?.credentials ?? {} } };
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
  const started = subjects.map(
    async ({ name, startFake }) => startFake && ([name, await startFake()] as const),
  );
  return new Map((await Promise.all(started)).filter((each) => each !== undefined));
}

/** The environment variables that lead each connector to its provider's fake. */
function urlsOf(fakes: ReadonlyMap<string, ProviderFake>): Readonly<Record<string, string>> {
  const variable = (name: string) => `SLUICE_${name.toUpperCase().replaceAll("-", "_")}_URL`;
  return Object.fromEntries([...fakes].map(([name, { url }]) => [variable(name), url]));
}

/** Two minutes, in milliseconds. */
const minutesMs = 120_000;
