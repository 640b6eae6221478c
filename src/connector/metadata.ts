import { reasons } from "../core/reasons.ts";
import { PayoutMethodKind } from "../gen/sluice/v1/link_pb.ts";
import { PayoutEnums_PayoutStatus } from "../gen/types/payout_pb.ts";
import type { Connector, Operation } from "./contract.ts";
import { credentialFields } from "./credentials.ts";

/** A field of a connector that is not an RPC. */
export type MetadataField = Exclude<keyof Connector, Operation>;

/** One rule per metadata field: the mistakes in its value, as sentences that say what to write. Not applied to optional fields that are absent. */
export const metadataRules: Readonly<Record<MetadataField, (value: unknown) => readonly string[]>> = {
  name: () => [],
  configKey: rule(
    (value) => typeof value === "string" && configKeyForm.test(value),
    'configKey must be the key inside x-connector-config, such as configKey: "Stripe".',
  ),
  docs: rule(isUrl, "docs must be the https URL of the provider's API documentation."),
  hosts: hostProblems,
  environment: rule(
    isFunction,
    'environment must be a function that says "live" or "test": ({ environment }) => environment.',
  ),
  credentials: rule(
    isCredentials,
    "credentials must be a z.object({ … }): write z.object({}) if there are none.",
  ),
  legacyHeaders: rule(
    (value) => isRecord(value) && Object.values(value).every(isText),
    'legacyHeaders must be a table from headers to credentials: { "x-api-key": "api_key" }.',
  ),
  authorize: rule(
    isFunction,
    'authorize must be a function that gives headers: ({ api_key }) => ({ "x-api-key": api_key.reveal() }).',
  ),
  idempotency: idempotencyProblems,
  secretIds: rule((value) => typeof value === "boolean", "secretIds must be true, or left out."),
  statuses: statusProblems,
  errors: errorProblems,
  linkOptions: rule(isTexts, 'linkOptions must be a list of field names: ["description"].'),
  methods: methodProblems,
  currencies: rule(isListOf(/^[A-Z]{3}$/), 'currencies must be a list of ISO 4217 codes: ["USD"].'),
  countries: rule(isListOf(/^[A-Z]{2}$/), 'countries must be a list of ISO 3166-1 alpha-2 codes: ["US"].'),
  visible: rule(isTexts, 'visible must be a list of field names: ["status"].'),
  openLink: rule(isFunction, "openLink must be a function."),
  arrivalDays: rule(
    isRecord,
    "arrivalDays must be a table from methods to days: { [PayoutMethodKind.CARD]: [0, 1] }.",
  ),
  webhook: webhookProblems,
};

/** Fields that every connector must have. */
export const requiredFields: ReadonlySet<MetadataField> = new Set([
  "configKey",
  "docs",
  "credentials",
  "idempotency",
  "statuses",
] as const);

function rule(fits: (value: unknown) => boolean, message: string): (value: unknown) => readonly string[] {
  return (value) => (fits(value) ? [] : [message]);
}

function hostProblems(value: unknown): readonly string[] {
  const hosts = isRecord(value) ? value : {};
  return ["live", "test"]
    .filter((name) => !isUrl(hosts[name]) || hosts[name].endsWith("/"))
    .map((name) => `hosts.${name} must be an https URL without a trailing slash.`);
}

/** The core relies on no key in its last hour, so within a shorter window nothing could be sent again. */
const shortestWindowMs = 2 * 60 * 60 * 1000;

function idempotencyProblems(value: unknown): readonly string[] {
  const { windowMs, lookup } = isRecord(value) ? value : {};
  if (windowMs !== undefined && lookup !== undefined)
    return [
      "idempotency must be { windowMs } where the provider honours keys, otherwise { lookup }: not both.",
    ];
  if (isFunction(lookup)) return [];
  if (typeof windowMs !== "number" || !(windowMs > 0))
    return ["idempotency must be { windowMs } above zero, or { lookup } where the provider has no keys."];
  return windowMs < shortestWindowMs
    ? [
        `idempotency.windowMs is in milliseconds: a day is 24 * 60 * 60 * 1000. Where the provider honours keys for less than two hours, write { lookup }.`,
      ]
    : [];
}

function statusProblems(value: unknown): readonly string[] {
  if (!isRecord(value)) return ["statuses must be a table from the provider's statuses to PayoutStatus."];
  return Object.entries(value)
    .filter(([, status]) => !payoutStatuses.has(status))
    .map(([name]) => `statuses.${name} must be a PayoutStatus: write PayoutStatus.PENDING, for example.`);
}

function errorProblems(value: unknown): readonly string[] {
  const { read, reasons: table } = isRecord(value) ? value : {};
  if (!isFunction(read) || !isRecord(table))
    return [
      "errors must be { read, reasons }: a function, and a table from the provider's codes to reasons.",
    ];
  return Object.entries(table)
    .filter(([, reason]) => !isText(reason) || !Object.hasOwn(reasons, reason))
    .map(
      ([code, reason]) =>
        `errors.reasons.${code}: there is no reason ${reason}. Write one of ${Object.keys(reasons).join(", ")}.`,
    );
}

function methodProblems(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return ["methods must be a list: [PayoutMethodKind.US_BANK]."];
  return value
    .filter((kind) => !methodKinds.has(kind))
    .map((kind) => `methods: ${kind} is no PayoutMethodKind: write PayoutMethodKind.US_BANK, for example.`);
}

function webhookProblems(value: unknown): readonly string[] {
  const { verify, read, proves } = isRecord(value) ? value : {};
  if (!isFunction(verify) || !isFunction(read)) return ["webhook must be { verify, read }, both functions."];
  return ["body", "sender", undefined].includes(proves as string | undefined)
    ? []
    : ['webhook.proves must be "body" or "sender".'];
}

function isCredentials(value: unknown): boolean {
  try {
    credentialFields(value as Connector["credentials"]);
    return true;
  } catch {
    return false;
  }
}

function isUrl(value: unknown): value is string {
  return isText(value) && /^https:\/\//.test(value) && URL.canParse(value);
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isListOf(pattern: RegExp): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every((text) => isText(text) && pattern.test(text));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

const configKeyForm = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
const methodKinds: ReadonlySet<unknown> = new Set(
  Object.values(PayoutMethodKind).filter((kind) => kind !== 0),
);
const payoutStatuses: ReadonlySet<unknown> = new Set(Object.values(PayoutEnums_PayoutStatus));
