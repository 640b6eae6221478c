import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Connector, PayoutMethodKind, PayoutStatus, secret } from "./contract.ts";
import { loadConnectors } from "./registry.ts";
import { connectorProblems } from "./validation.ts";

const good = {
  name: "acme",
  configKey: "Acme",
  docs: "https://docs.acme.example",
  hosts: { live: "https://api.acme.example", test: "https://sandbox.acme.example" },
  credentials: z.object({ api_key: secret() }),
  legacyHeaders: { "x-api-key": "api_key" },
  idempotency: { windowMs: 24 * 60 * 60 * 1000 },
  statuses: { paid: PayoutStatus.SUCCESS },
  linkOptions: ["expires_in", "branding"],
  get: async () => ({}),
} satisfies Connector<{ api_key: unknown }>;

describe("a connector's shape", () => {
  it("is right", () => expect(connectorProblems("acme", good)).toEqual([]));

  it.each<[object | null, RegExp]>([
    [null, /default export/],
    [{ name: "other" }, /^name must be the folder's name: write name: "acme"/],
    [{ configKey: "" }, /^configKey must be/],
    [{ docs: "http://acme.example" }, /^docs must be the https URL/],
    [
      { hosts: { live: "https://api.acme.example/", test: "api" } },
      /^hosts.live must be an https URL without/,
    ],
    [{ credentials: z.string() }, /^credentials must be a z.object/],
    [{ legacyHeaders: { "x-key1": "key" } }, /^legacyHeaders: x-key1 fills key/],
    [{ idempotency: { windowMs: 0 } }, /^idempotency must be/],
    [{ idempotency: undefined }, /^idempotency must be/],
    [{ idempotency: { windowMs: 86_400 } }, /^idempotency.windowMs is in milliseconds/],
    [{ idempotency: { windowMs: 86_400_000, lookup: async () => undefined } }, /: not both\.$/],
    [{ webhooks: {} }, /^There is no metadata field or operation webhooks\. There are: .*webhook/],
    [{ hosts: null }, /^hosts.live must be/],
    [{ environment: "test" }, /^environment must be a function/],
    [{ authorize: { "x-api-key": "a" } }, /^authorize must be a function/],
    [{ legacyHeaders: null }, /^legacyHeaders must be a table/],
    [{ secretIds: "yes" }, /^secretIds must be true/],
    [{ errors: { reasons: {} } }, /^errors must be \{ read, reasons \}/],
    [
      { errors: { read: () => undefined, reasons: { poor: "NO_FUNDS" } } },
      /^errors.reasons.poor: there is no reason NO_FUNDS. Write one of .*INSUFFICIENT_FUNDS/,
    ],
    [{ linkOptions: "description" }, /^linkOptions must be a list/],
    [{ methods: "US_BANK" }, /^methods must be a list/],
    [{ currencies: ["usd"] }, /^currencies must be a list of ISO 4217/],
    [{ countries: ["USA"] }, /^countries must be a list of ISO 3166/],
    [{ visible: "status" }, /^visible must be a list/],
    [{ arrivalDays: null }, /^arrivalDays must be a table/],
    [{ openLink: true }, /^openLink must be a function/],
    [{ openLink: async () => ({ url: "" }) }, /^openLink needs transfer/],
    [{ statuses: { paid: 99 } }, /^statuses.paid must be a PayoutStatus/],
    [{ statuses: undefined }, /^statuses must be a table/],
    [{ linkOptions: ["expiresIn"] }, /^linkOptions: expiresIn is no field/],
    [{ methods: [99 as PayoutMethodKind] }, /^methods: 99 is no PayoutMethodKind/],
    [{ arrivalDays: { [PayoutMethodKind.CARD]: [0, 1] } }, /^arrivalDays: 8 is not one of methods/],
    [
      { methods: [PayoutMethodKind.CARD], arrivalDays: { [PayoutMethodKind.CARD]: [2, 1] } },
      /^arrivalDays: write the earliest and the latest business day for 8/,
    ],
    [{ webhook: { verify: () => true } }, /^webhook must be \{ verify, read \}/],
    [{ webhook: { verify: () => true, read: () => undefined, proves: "all" } }, /^webhook.proves must be/],
    [{ get: {} }, /^get must be a function/],
    [{ get: undefined }, /^It supports no operation/],
  ])("is wrong with %o", (change, words) => {
    expect(connectorProblems("acme", change && { ...good, ...change })[0]).toMatch(words);
  });

  it("is wrong in a folder whose name cannot be one", () => {
    expect(connectorProblems("Acme Pay", { ...good, name: "Acme Pay" })[0]).toMatch(/^Rename the folder/);
    const { hosts: _, ...rest } = good;
    expect(connectorProblems("acme", rest)[0]).toMatch(/^hosts is missing/);
  });
});

describe("loading", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-registry-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A folder of connectors, each given by the text of its index.ts. */
  function write(name: string, connectors: Readonly<Record<string, string>>): string {
    for (const [connector, text] of Object.entries(connectors)) {
      mkdirSync(join(folder, name, connector), { recursive: true });
      writeFileSync(join(folder, name, connector, "index.ts"), text);
    }
    return join(folder, name);
  }
  const zod = import.meta.resolve("zod");
  const source = (name: string, configKey: string) => `import { z } from ${JSON.stringify(zod)};
    export default { name: "${name}", configKey: "${configKey}", docs: "https://x.example", hosts: undefined,
      credentials: z.object({}), idempotency: { windowMs: 86_400_000 }, statuses: {}, get: async () => ({}) };`;

  it("reads every folder, in any order, and skips those that begin with _", async () => {
    const one = write("one", { zeta: source("zeta", "Zeta"), _template: "throw 1", ".git": "throw 1" });
    const two = write("two", { beta: source("beta", "Beta"), alpha: source("alpha", "Alpha") });
    writeFileSync(join(one, "README.md"), "");
    const registry = await loadConnectors([one, pathToFileURL(two)]);
    expect(registry.list().map(({ name }) => name)).toEqual(["alpha", "beta", "zeta"]);
    expect(registry.get("zeta")?.configKey).toBe("Zeta");
    expect(registry.byConfigKey("Alpha")?.name).toBe("alpha");
    expect([registry.get("Zeta"), registry.byConfigKey("alpha"), registry.get("toString")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("names every mistake of every connector", async () => {
    const bad = write("bad", {
      broken: "export default (",
      empty: "export const x = 1;",
      other: source("another", "Other"),
      same: source("same", "Same"),
      twin: source("twin", "Same"),
    });
    const again = write("again", { same: source("same", "SameAgain") });
    const message = await loadConnectors([bad, again]).catch((error: Error) => error.message);
    expect(message).toMatch(/^Connectors cannot be loaded:\n/);
    for (const line of [
      /^broken: index.ts cannot be loaded: /m,
      /^empty: index.ts must have a default export/m,
      /^other: name must be the folder's name: write name: "other"\.$/m,
      /^twin: configKey Same is taken by same\. Choose another\.$/m,
      /^same: there are two folders of this name\. Rename one\.$/m,
    ])
      expect(message).toMatch(line);
  });

  it("says which folder is not there", async () => {
    await expect(loadConnectors([join(folder, "none")])).rejects.toThrow(/none\/: name a folder that exists/);
  });
});
