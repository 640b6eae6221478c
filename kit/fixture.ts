import { readdir, readFile } from "node:fs/promises";
import { z } from "zod";
import type { Operation } from "../src/connector/contract.ts";
import { folderUrl } from "../src/connector/registry.ts";
import { operationNames } from "../src/connector/validation.ts";
import { PayoutEnums_PayoutStatus } from "../src/gen/types/payout_pb.ts";
import type { Step } from "./playback.ts";
import { isWebhookFile, readWebhookFixture, type WebhookFixture } from "./webhook-fixture.ts";

const headers = z.record(z.string(), z.string());
const method = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]);
const fault = z.enum(["timeout", "reset", "cut", "refused", "garbage"]);

const request = z.strictObject({
  method,
  /** With the path of the provider's host, without the query. */
  path: z.string().startsWith("/"),
  query: headers.optional(),
  /** Besides those of transport and authentication. `*` stands for any value. */
  headers: headers.optional(),
  json: z.unknown().optional(),
  form: headers.optional(),
});

const reply = z.strictObject({
  status: z.int().min(100).max(599),
  headers: headers.optional(),
  json: z.unknown().optional(),
  text: z.string().optional(),
});

const payout = z.strictObject({
  id: z.string().default("01890000-0000-7000-8000-000000000001"),
  merchantPayoutId: z.string().optional(),
  connectorPayoutId: z.string().optional(),
  status: z.enum(Object.keys(PayoutEnums_PayoutStatus) as [StatusName]).default("PENDING"),
  amountMinor: z.string().regex(/^\d+$/).default("1000"),
  currency: z.string().length(3).default("USD"),
  destinationCurrency: z.string().length(3).default("USD"),
  linkExpiresAt: z.iso.datetime().optional(),
});

type StatusName = keyof typeof PayoutEnums_PayoutStatus;

const context = z.strictObject({
  payout: payout.optional(),
  attempt: z.int().min(1).default(1),
  startedAt: z.iso.datetime().default("2026-01-02T03:04:05.000Z"),
  /** `startedAt` if absent. */
  now: z.iso.datetime().optional(),
  /** When the try before this one had ended, where there was one. */
  lastTriedAt: z.iso.datetime().optional(),
  idempotencyKey: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .default("0123456789abcdef".repeat(4)),
});

const shape = z
  .strictObject({
    /** The case, in one sentence. */
    about: z.string().min(1),
    /** The credentials inside `x-connector-config`. */
    credentials: z.record(z.string(), z.unknown()).default({}),
    /** JSON of the RPC's request, names in snake_case. For openLink: returnUrl, email, country. */
    request: z.record(z.string(), z.unknown()).default({}),
    context: context.prefault({}),
    /** Plays `idempotency.lookup` for the operation; a `reply` of null then means that nothing was found. */
    lookup: z.boolean().default(false),
    calls: z.array(z.strictObject({ request, reply: reply.optional(), fault: fault.optional() })).default([]),
    reply: z.record(z.string(), z.unknown()).nullable().optional(),
    refusal: z.strictObject({ reason: z.string(), status: z.int(), code: z.string() }).optional(),
    failure: z.strictObject({ reason: z.string() }).optional(),
  })
  .refine((each) => each.calls.every((call) => (call.reply === undefined) !== (call.fault === undefined)), {
    error: "each call needs exactly one of reply and fault",
  })
  .refine(
    (each) => [each.reply, each.refusal, each.failure].filter((end) => end !== undefined).length === 1,
    {
      error: "write exactly one of reply, refusal and failure",
    },
  );

/** The operation of a fixture: an RPC, or the opening of a link. */
export type FixtureOperation = Operation | "openLink";

/** A case that a connector must pass: what comes in, the calls to the provider with its replies, and what goes out. */
export interface Fixture extends z.output<typeof shape> {
  /** `<operation>.<case>.json`. */
  readonly file: string;
  readonly operation: FixtureOperation;
}

/** The provider's side of a fixture's call. */
export type FixtureCall = Fixture["calls"][number];

/** A connector's fixtures. */
export interface Fixtures {
  readonly fixtures: readonly Fixture[];
  readonly webhooks: readonly WebhookFixture[];
  /** The mistakes in those that cannot be read. */
  readonly problems: readonly string[];
}

/** Reads the fixtures of a connector's folder. */
export async function readFixtures(folder: URL | string): Promise<Fixtures> {
  const parent = new URL("fixtures/", folderUrl(folder));
  const files = (await readdir(parent).catch(() => [])).filter((file) => file.endsWith(".json")).toSorted();
  const texts = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(new URL(file, parent)) })),
  );
  const isWebhook = ({ file }: { readonly file: string }) => isWebhookFile(file);
  const fixtures = texts.filter((each) => !isWebhook(each)).map(({ file, text }) => readFixture(file, text));
  const webhooks = texts.filter(isWebhook).map(({ file, text }) => readWebhookFixture(file, text));
  return {
    fixtures: fixtures.filter((each) => typeof each !== "string"),
    webhooks: webhooks.filter((each) => typeof each !== "string"),
    problems: [...fixtures, ...webhooks].filter((each) => typeof each === "string"),
  };
}

/** A fixture from its file's name and text, or the mistake in it. */
export function readFixture(file: string, text: Buffer | string): Fixture | string {
  const [operation = "", name = ""] = file.split(".");
  if (!isFixtureOperation(operation) || name === "json" || file.split(".").length !== 3)
    return `${file}: name it <operation>.<case>.json, where <operation> is one of ${operationNames.join(", ")}, openLink, webhook.`;
  try {
    return { ...shape.parse(JSON.parse(String(text))), file, operation };
  } catch (error) {
    return `${file}: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`;
  }
}

function isFixtureOperation(name: string): name is FixtureOperation {
  return name === "openLink" || (operationNames as readonly string[]).includes(name);
}

/** The step of the played provider for a fixture's call. */
export function stepOf(call: FixtureCall): Step {
  if (call.fault) return { fault: call.fault };
  const { status = 200, headers: replyHeaders, json, text } = call.reply ?? {};
  const body = text ?? (json === undefined ? "" : JSON.stringify(json));
  return { status, headers: replyHeaders, body };
}

/** The provider's ids in a fixture: the caller's, and that of the core's record. */
export function idsOf(fixture: Fixture): readonly string[] {
  const ids = [fixture.request.connector_payout_id, fixture.context.payout?.connectorPayoutId];
  return ids.filter((id) => typeof id === "string");
}

/** The fixture with another id wherever it has one. */
export function withIds(fixture: Fixture, id: string): Fixture {
  const { request, context } = fixture;
  return {
    ...fixture,
    request: request.connector_payout_id === undefined ? request : { ...request, connector_payout_id: id },
    context: context.payout?.connectorPayoutId
      ? { ...context, payout: { ...context.payout, connectorPayoutId: id } }
      : context,
  };
}
