import { execFile, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { connect } from "node:http2";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startFakeStripe } from "../fakes/stripe/fake-stripe.ts";
import { callCurl, callGrpcJs, linkOf, type TestCall } from "../support/clients/clients.ts";
import { root, startService, temporaryFolder } from "../support/service/service.ts";

const published = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const createLink: TestCall = { rpc: "createLink", headers: { "x-connector": "sandbox" }, body: published };

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const database = () => ({ SLUICE_DATABASE_URL: `sqlite:${folder.path}/data/sluice.db` });

/** Runs the program until it ends by itself. */
function run(environment: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--require", "./src/boot/node-version.cjs", "src/main.ts", ...args],
    { cwd: root, env: { PATH: process.env.PATH ?? "", ...environment }, encoding: "utf8", timeout: 20_000 },
  );
  return { status, stdout, stderr };
}

describe("the configuration", () => {
  it("is explained by --help", () => {
    const { status, stdout } = run({}, ["--help"]);
    expect(status).toBe(0);
    for (const name of ["SLUICE_LISTEN", "SLUICE_DATABASE_URL", "SLUICE_KEY", "SLUICE_<CONNECTOR>_URL"]) {
      expect(stdout).toContain(name);
    }
  });

  it("is refused with every mistake at once, and nothing is made", () => {
    const { status, stderr } = run({
      ...database(),
      SLUICE_LISTEN: "everywhere",
      SLUICE_LOG_LEVEL: "loud",
      SLUICE_STRIPE_URL: "ftp://x",
      SLUICE_LISTENN: "127.0.0.1:1",
      SLUICE_TLS_KEY: "/nowhere",
      SLUICE_MAX_CALLS: "-1",
    });
    expect(status).toBe(1);
    for (const name of [
      "LISTEN must",
      "LOG_LEVEL must",
      "STRIPE_URL must",
      "LISTENN is not",
      "TLS_KEY names",
      "MAX_CALLS must",
    ]) {
      expect(stderr).toContain(`SLUICE_${name}`);
    }
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      "a connector's URL whose connector does not exist",
      { SLUICE_ACME_URL: "http://127.0.0.1:1" },
      /SLUICE_ACME_URL names no connector; there are .*sandbox, stripe/,
    ],
    [
      "cards on a connector that does not exist",
      { SLUICE_CARDS: "sandbox,strpe" },
      /SLUICE_CARDS names no connector: strpe; there are .*sandbox, stripe/,
    ],
    ["a key that is none", { SLUICE_KEY: "secret_canary" }, /SLUICE_KEY must be 32 random bytes/],
    [
      "PostgreSQL without a key",
      { SLUICE_DATABASE_URL: "postgres://127.0.0.1:1/x" },
      /SLUICE_KEY is required with PostgreSQL/,
    ],
    [
      "a database that does not answer",
      {
        SLUICE_DATABASE_URL: "postgres://me:secret_canary@127.0.0.1:1/x",
        SLUICE_KEY: Buffer.alloc(32).toString("base64"),
      },
      /Sluice cannot start: /,
    ],
    [
      "a database of another kind",
      { SLUICE_DATABASE_URL: "mysql://me:secret_canary@127.0.0.1/x" },
      /SLUICE_DATABASE_URL must be sqlite:<file> or postgres:/,
    ],
    ["listening for everybody", { SLUICE_LISTEN: "0.0.0.0:0" }, /nothing checks who calls/],
    [
      "listening for everybody without a public URL",
      { SLUICE_LISTEN: "0.0.0.0:0", SLUICE_ALLOW_UNAUTHENTICATED: "yes" },
      /SLUICE_PUBLIC_URL is needed/,
    ],
    [
      "a folder of connectors that does not exist",
      { SLUICE_CONNECTORS_DIR: "/nowhere" },
      /SLUICE_CONNECTORS_DIR names/,
    ],
  ])("refuses %s", (_name, environment, words) => {
    const { status, stderr } = run({ SLUICE_LISTEN: "127.0.0.1:0", ...database(), ...environment });
    expect(status).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain("canary");
  });

  it("says which port is taken", async () => {
    const service = await startService({ environment: database() });
    const { status, stderr } = run({ ...database(), SLUICE_LISTEN: service.target });
    expect(status).toBe(1);
    expect(stderr).toContain(service.target.split(":")[1]);
    await service.stop();
  });
});

describe("a first start", () => {
  it("greets with address, connectors and a call that works as it stands", async () => {
    const service = await startService({ environment: database() });
    const command = /(curl [^\n]*\\\n[^\n]*)/.exec(service.output())?.[1] as string;
    expect(service.output()).toContain("sandbox: Create, Transfer");
    const printed = await new Promise<string>((resolve, reject) =>
      execFile("sh", ["-c", command], (error, stdout) => (error ? reject(error) : resolve(stdout))),
    );
    expect(JSON.parse(printed)).toMatchObject({ payout_status: "REQUIRES_PAYOUT_METHOD_DATA" });
    await service.stop();
  });

  it("makes a key and a database that only their owner reads, and finds both again", async () => {
    const call = { ...createLink, body: { merchant_payout_id: "again", ...published } };
    const environment = { ...database(), SLUICE_PUBLIC_URL: "https://pay.example.com" };
    const first = await startService({ environment });
    const made = await callCurl(first, call);
    await first.stop();
    for (const file of readdirSync(`${folder.path}/data`)) {
      expect(statSync(`${folder.path}/data/${file}`).mode & 0o077).toBe(0);
    }
    expect(existsSync(`${folder.path}/data/sluice.key`)).toBe(true);
    const second = await startService({ environment });
    expect((await callCurl(second, call)).reply).toEqual(made.reply);
    expect(linkOf(made).url).toMatch(/^https:\/\/pay\.example\.com\/l\//);
    await second.stop();
  });

  it("makes links that open a page", async () => {
    const service = await startService({ environment: database() });
    const made = await callCurl(service, createLink);
    const page = await fetch(linkOf(made).url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("$10.00");
    await service.stop();
  });
});

describe("SIGTERM", () => {
  it("lets a call under way finish, refuses new ones, and ends the process", async () => {
    const stripe = await startFakeStripe();
    const service = await startService({ environment: { ...database(), SLUICE_STRIPE_URL: stripe.url } });
    stripe.control.inject({ kind: "slow", latencyMs: 1000, match: "POST /v2/core/accounts" });
    const call = callGrpcJs(service, {
      rpc: "createLink",
      headers: { "x-connector-config": '{"config":{"Stripe":{"api_key":"sk_test_canary"}}}' },
      body: {
        ...published,
        customer: { email: { value: "ada@example.com" } },
        address: { billing_address: { country_alpha2_code: "US" } },
      },
    });
    await vi.waitUntil(() => stripe.control.requests().length > 0);
    const stopped = service.stop();
    await vi.waitUntil(async () => (await callGrpcJs(service, createLink)).code === "UNAVAILABLE");
    expect((await call).reply).toMatchObject({ connector_payout_id: expect.stringMatching(/^acct_/) });
    expect(await stopped).toBe(0);
    await stripe.close();
  });

  it("finishes what a caller no longer waits for", async () => {
    const stripe = await startFakeStripe();
    const environment = { ...database(), SLUICE_STRIPE_URL: stripe.url };
    const service = await startService({ environment });
    stripe.control.inject({ kind: "slow", latencyMs: 800, match: "POST /v2/core/accounts" });
    const body = {
      merchant_payout_id: "left",
      ...published,
      customer: { email: { value: "ada@example.com" } },
      address: { billing_address: { country_alpha2_code: "US" } },
    };
    const headers = { "x-connector-config": '{"config":{"Stripe":{"api_key":"sk_test_canary"}}}' };
    const hasty = callGrpcJs(service, {
      rpc: "createLink",
      headers: { ...headers, "grpc-timeout": "200m" },
      body,
    });
    expect((await hasty).code).toBe("DEADLINE_EXCEEDED");
    expect(await service.stop()).toBe(0);
    const again = await startService({ environment });
    stripe.control.clearRequests();
    const told = await callGrpcJs(again, { rpc: "createLink", headers, body });
    expect(told.trailers["idempotent-replayed"]).toBe("true");
    expect(stripe.control.requests()).toEqual([]);
    await again.stop();
    await stripe.close();
  });

  it("does not wait for connections that do nothing", async () => {
    const service = await startService({ environment: database() });
    const idle = connect(service.url);
    await new Promise((resolve) => idle.once("remoteSettings", resolve));
    const startedAt = performance.now();
    expect(await service.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    idle.destroy();
  });
});
