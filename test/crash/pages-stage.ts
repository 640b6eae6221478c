import { expect } from "vitest";
import { quick, type RunningService, root, startService } from "../support/service/service.ts";
import { type OwnLinksProvider, startOwnLinksProvider } from "../support/stages/own-links-provider.ts";
import type { Store } from "../support/stores/engines.ts";
import { type CallerView, CLAIM_CODE, makeVisitedLink, type VisitedLink } from "./visited-link.ts";

/** Accounts: two that can be paid, and one that is closed. */
export const accounts = { good: "000123456789", other: "000987654321", closed: "000000004002" } as const;

const secrets = /000123456789|000987654321|sk_test_canary|right-code/;

/** The connectors of `test/connectors/own-links` whose links are claimed on our page, as their callers name them. */
const callers = {
  "by-key": { "x-connector-config": '{"config":{"ByKey":{"api_key":"sk_test_canary"}}}' },
  "by-lookup": {},
} as const;

/** What the link is like. */
export interface PagesWish {
  readonly connector: keyof typeof callers;
  readonly isManual?: boolean;
}

/** One recipient with one link, its provider, and the process that serves them at the moment. */
export interface PagesStage {
  readonly provider: OwnLinksProvider;
  readonly link: VisitedLink;
  readonly service: RunningService;
  /** Starts a process on the same store, and has the recipient come to it from now on. */
  restart(fate?: string): Promise<void>;
  /**
   * Reloads the page, and returns where the link stands by it.
   *
   * @throws Error where it says that was paid which was not, or that nothing was done where something was.
   */
  look(): Promise<string | undefined>;
  /** Pays the link as its caller. */
  transfer(): Promise<unknown>;
  callerView(): Promise<CallerView>;
  /** Ends every process. None of them may have printed a secret. */
  close(): Promise<void>;
}

/** Begins with a process that meets its fate when the recipient does what leads to it. */
export async function startPagesStage(store: Store, wish: PagesWish, fate = ""): Promise<PagesStage> {
  const provider = await startOwnLinksProvider();
  const services: RunningService[] = [];
  const start = async (itsFate = "") => {
    const service = await startProcess(store, provider, itsFate);
    services.push(service);
    return service;
  };
  let service = await start(fate);
  const link = await makeVisitedLink(service, {
    connector: wish.connector,
    headers: callers[wish.connector],
    amount: 1000,
    options: { claim_code: CLAIM_CODE, ...(wish.isManual && { fulfilment: "FULFILMENT_MANUAL" }) },
  });
  return {
    provider,
    link,
    get service() {
      return service;
    },
    restart: async (itsFate) => {
      service = await start(itsFate);
    },
    async look() {
      const before = provider.madeFor(link.id).length;
      const { standing = "" } = await link.look(service);
      const isSettled = standing === "paid" || standing === "pending";
      if (isSettled) expect(provider.madeFor(link.id)).toHaveLength(1);
      else if (standing !== "confirming") expect(before).toBe(0);
      return standing;
    },
    transfer: () => link.transfer(service),
    callerView: () => link.callerView(service),
    async close() {
      await Promise.all(services.map((each) => each.kill()));
      await provider.close();
      for (const each of services) expect(each.output()).not.toMatch(secrets);
    },
  };
}

function startProcess(store: Store, { url }: OwnLinksProvider, fate: string): Promise<RunningService> {
  return startService({
    patience: quick,
    fate,
    environment: {
      ...store.environment,
      SLUICE_CONNECTORS_DIR: `${root}test/connectors/own-links`,
      SLUICE_BY_KEY_URL: url,
      SLUICE_BY_LOOKUP_URL: url,
      SLUICE_PUBLIC_URL: "https://pay.example.com",
      SLUICE_TRUSTED_PROXIES: "1",
    },
  });
}
