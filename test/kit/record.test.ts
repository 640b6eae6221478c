import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCommand } from "../../kit/cli.ts";
import { startFake } from "../fakes/acme/fake.ts";
import { newTemplateCopy, type TemplateCopy } from "../support/connectors/template-copy.ts";
import type { ProviderFake } from "../support/stages/provider-fake.ts";

const key = "acme_test_canaryOfTheSandbox77";
let fake: ProviderFake;
let copy: TemplateCopy;
const closing: (() => void)[] = [];

beforeEach(async () => {
  fake = await startFake();
  copy = await newTemplateCopy("acme");
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await fake.close();
  copy.remove();
});

interface Recorded {
  about: string;
  credentials: unknown;
  request: Record<string, unknown>;
  context: unknown;
  calls: { request: Record<string, unknown>; reply: { status: number; json: Record<string, unknown> } }[];
  reply: Record<string, unknown>;
}

async function run(args: readonly string[], environment: Record<string, string> = {}) {
  const lines: string[] = [];
  const code = await runCommand([...args, "--folder", copy.folder], (line) => lines.push(line), {
    ACME_API_KEY: key,
    ACME_ENVIRONMENT: "test",
    SLUICE_ACME_URL: fake.url,
    ...environment,
  });
  return { code, output: lines.join("\n") };
}

const record = (operation: string, ...more: string[]) => run(["record", "acme", operation, ...more]);
const textOf = (file: string) => readFileSync(copy.path(`fixtures/${file}`), "utf8");
const fixture = (file: string) => JSON.parse(textOf(file)) as Recorded;
const recordedReply = (file: string) => fixture(file).calls[0]?.reply;

/** A provider that answers as a test says, on loopback. */
async function startProvider(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  closing.push(() => server.close().closeAllConnections());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("records what goes over, without the key, and plays it back", async () => {
  const { code, output } = await record("createLink", "--case", "recorded");
  expect(output).toMatch(/^POST \/v1\/links → 201\nWrote .*createLink\.recorded\.json: read it/);
  expect(output).toContain("It runs exactly as recorded.");
  expect(code).toBe(0);
  const { credentials, calls, reply } = fixture("createLink.recorded.json");
  expect(credentials).toEqual({ api_key: "acme_test_canary_1234", environment: "test" });
  expect(calls).toMatchObject([
    { request: { method: "POST", path: "/v1/links" }, reply: { status: 201, json: { amount: 1000 } } },
  ]);
  const [{ id } = { id: "" }] = fake.links();
  expect(output).toContain(`--id ${id}`);
  expect(reply.connector_payout_id).toBe(calls[0]?.reply.json.id);
  for (const text of [textOf("createLink.recorded.json"), output]) expect(text).not.toContain(key);
  expect(textOf("createLink.recorded.json")).not.toContain(id);
  expect((await run(["check", "acme"])).output).toMatch(/^ok {3}sends and answers exactly/m);
});

it("records what comes next under the id that the fixture has", async () => {
  await record("createLink");
  const id = fake.links()[0]?.id ?? "";
  for (const operation of ["get", "void"])
    expect(await record(operation, "--id", id)).toMatchObject({ code: 0 });
  const { request, calls } = fixture("get.success.json");
  expect(request.connector_payout_id).toBe("lnk_7Hq2");
  expect(calls[0]).toMatchObject({
    request: { path: "/v1/links/lnk_7Hq2" },
    reply: { json: { id: "lnk_7Hq2", url: "https://provider.example/l/lnk_7Hq2" } },
  });
  expect(fake.links()[0]?.isLive).toBe(false);
});

it("records a no", async () => {
  const { output } = await record("get", "--id", "lnk_Nowhere99", "--case", "unknown");
  expect(output).toContain("GET /v1/links/lnk_Nowhere99 → 404");
  expect(fixture("get.unknown.json")).toMatchObject({ refusal: { status: 404, code: "not_found" } });
  expect(textOf("get.unknown.json")).not.toContain("Nowhere99");
});

it("begins with a draft that has no answer yet", async () => {
  rmSync(copy.path("fixtures/createLink.success.json"));
  const amount = { minor_amount: "2500", currency: "EUR" };
  const draft = { about: "Euros.", request: { amount, destination_currency: "EUR" } };
  writeFileSync(copy.path("fixtures/createLink.success.json"), JSON.stringify(draft));
  expect(await record("createLink")).toMatchObject({ code: 0 });
  expect(fixture("createLink.success.json")).toMatchObject({
    about: "Euros.",
    credentials: { api_key: "acme_test_canary_1000", environment: "test" },
    calls: [{ reply: { json: { amount: 2500, currency: "EUR" } } }],
  });
});

it("replaces personal values by fakes, the same one everywhere", async () => {
  const person = {
    id: "lnk_9fKd83LmQ2",
    status: "open",
    currency: "USD",
    amount: 1000,
    created: "2026-03-04T05:06:07Z",
    type: "payout_link",
    url: "https://pay.provider.test/l/lnk_9fKd83LmQ2?token=Zx81kQ",
    recipient: {
      id: "5f1d7a3e-9b2c-4d6e-8f70-1a2b3c4d5e6f",
      name: "Grace Hopper",
      email: "grace.hopper@navy.test",
      phone: "+1 555 867 5309",
      city: "Arlington",
      nickname: "gracie",
      verified: true,
    },
    events: [{ about: "lnk_9fKd83LmQ2", text: "Sent to grace.hopper@navy.test" }],
    echo: key,
  };
  const url = await startProvider((request, response) => {
    const told = { ...person, key: request.headers["idempotency-key"] };
    response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify(told));
  });
  const { code } = await run(["record", "acme", "createLink"], { SLUICE_ACME_URL: url });
  expect(code).toBe(0);
  const text = textOf("createLink.success.json");
  for (const real of [
    "9fKd83",
    "Grace",
    "Hopper",
    "navy.test",
    "867 5309",
    "Arlington",
    "gracie",
    "5f1d7a3e",
    "Zx81kQ",
    key,
  ])
    expect(text).not.toContain(real);
  const {
    id,
    url: masked,
    recipient,
    events,
    ...rest
  } = JSON.parse(JSON.stringify(recordedReply("createLink.success.json")?.json)) as typeof person;
  expect(rest).toMatchObject({
    status: "open",
    currency: "USD",
    amount: 1000,
    created: "2026-03-04T05:06:07Z",
    type: "payout_link",
    echo: "acme_test_canary_1234",
    key: (fixture("createLink.success.json").context as { idempotencyKey: string }).idempotencyKey,
  });
  expect(id).toMatch(/^lnk_[xX0-9]{10}$/);
  expect(masked).toContain(`https://provider.example/l/${id}?token=`);
  expect(recipient).toMatchObject({
    id: expect.stringMatching(/^0{8}-0{4}-4000-8000-0{10}/),
    email: expect.stringMatching(/^person\d+@example\.com$/),
    phone: expect.stringMatching(/^\+0 000 000 000\d$/),
    verified: true,
  });
  expect(textOf("createLink.success.json")).not.toContain(`"idempotencyKey": "${"0".repeat(16)}`);
  expect(events[0]?.about).toBe(id);
  expect(fixture("createLink.success.json").reply.connector_payout_id).toBe(id);
});

it("writes nothing that hides the key in another form", async () => {
  const before = textOf("createLink.success.json");
  const url = await startProvider((_, response) => {
    const status = Buffer.from(key).toString("base64");
    response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ id: "x", status }));
  });
  const { code, output } = await run(["record", "acme", "createLink"], { SLUICE_ACME_URL: url });
  expect(code).toBe(1);
  expect(output).toContain("Nothing was written");
  expect(textOf("createLink.success.json")).toBe(before);
});

it("keeps an answer that the connector cannot read yet, and says what to write", async () => {
  const url = await startProvider((_, response) => response.writeHead(200).end("<html>Hello Grace</html>"));
  const { code, output } = await run(["record", "acme", "get"], { SLUICE_ACME_URL: url });
  expect(output).not.toContain("Grace");
  expect(recordedReply("get.success.json")).toMatchObject({ status: 200, text: "no JSON" });
  expect([code, output]).toEqual([0, expect.stringContaining("It runs exactly as recorded.")]);
});

it.each<[string, string[], Record<string, string>, string]>([
  ["no key", ["createLink"], { ACME_API_KEY: "" }, "Set ACME_API_KEY to credentials of acme's sandbox."],
  ["a live key", ["createLink"], { ACME_ENVIRONMENT: "live" }, "These are live credentials of acme"],
  ["no word about the environment", ["createLink"], { ACME_ENVIRONMENT: "" }, "These are live credentials"],
  ["a wrong environment", ["createLink"], { ACME_ENVIRONMENT: "moon" }, "ACME_ENVIRONMENT: Invalid option"],
  [
    "a host elsewhere",
    ["createLink"],
    { SLUICE_ACME_URL: "https://api.acme.example" },
    "must lead to 127.0.0.1",
  ],
  ["an operation that does not exist", ["createLinks"], {}, "There is no operation createLinks"],
  ["an operation that the connector lacks", ["stage"], {}, "acme has no stage. It has: "],
  ["nobody there", ["createLink"], { SLUICE_ACME_URL: "http://127.0.0.1:9" }, "Nothing was sent"],
])("refuses %s", async (_name, args, environment, words) => {
  const { code, output } = await run(["record", "acme", ...args], environment);
  expect([code, output]).toEqual([1, expect.stringContaining(words)]);
  expect(output).not.toContain(key);
  expect(fake.requests()).toEqual([]);
});
