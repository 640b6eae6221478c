import { z } from "zod";
import type { WebhookRequest } from "../src/connector/contract.ts";
import { Secret } from "../src/security/secret.ts";

const shape = z
  .strictObject({
    /** The case, in one sentence. */
    about: z.string().min(1),
    /** More than one value where the header comes more than once. */
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
    /** To the byte, because signatures are over bytes. */
    body: z.string(),
    secrets: z.array(z.string()).min(1),
    receivedAt: z.iso.datetime(),
    /** The event of a verified request. */
    event: z
      .strictObject({ id: z.string(), type: z.string(), connectorPayoutIds: z.array(z.string()) })
      .optional(),
    /** It is verified, and is not about payouts. */
    ignored: z.literal(true).optional(),
    /** It is not verified. */
    refused: z.literal(true).optional(),
  })
  .refine(
    ({ event, ignored, refused }) =>
      [event, ignored, refused].filter((end) => end !== undefined).length === 1,
    { error: "write exactly one of event, ignored and refused" },
  );

/** A webhook as the provider sends it, and its event. */
export interface WebhookFixture extends z.output<typeof shape> {
  /** `webhook.<case>.json`. */
  readonly file: string;
}

/** Whether a fixture's file is of a webhook. */
export function isWebhookFile(file: string): boolean {
  return file.startsWith("webhook.");
}

/** A webhook's fixture from its file's name and text, or the mistake in it. */
export function readWebhookFixture(file: string, text: Buffer | string): WebhookFixture | string {
  if (!/^webhook\.[^.]+\.json$/.test(file)) return `${file}: name it webhook.<case>.json.`;
  try {
    return { ...shape.parse(JSON.parse(String(text))), file };
  } catch (error) {
    return `${file}: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`;
  }
}

/** Changes to a fixture's request. */
export interface WebhookChanges {
  /** Instead of the fixture's, names in lower case. */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly body?: Uint8Array;
  /** Later than the fixture's request came, in milliseconds. */
  readonly laterMs?: number;
}

/** A fixture's request, as the connector is given it. */
export function webhookRequest(fixture: WebhookFixture, changes: WebhookChanges = {}): WebhookRequest {
  const headers = new Map(Object.entries(changes.headers ?? headersOf(fixture)));
  return {
    header: (name) => headers.get(name) ?? [],
    body: changes.body ?? Buffer.from(fixture.body),
    receivedAtMs: Date.parse(fixture.receivedAt) + (changes.laterMs ?? 0),
  };
}

/** A fixture's headers, names in lower case. */
export function headersOf({ headers }: WebhookFixture): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat()]),
  );
}

/** A fixture's secrets, as the connector is given them. */
export function secretsOf({ secrets }: WebhookFixture): readonly Secret[] {
  return secrets.map((value) => new Secret(value));
}
