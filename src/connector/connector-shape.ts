import { LinkOptionsSchema, PayoutMethodKind } from "../gen/sluice/v1/link_pb.ts";
import { PayoutEnums_PayoutStatus, PayoutService } from "../gen/types/payout_pb.ts";
import type { Connector } from "./contract.ts";
import { credentialFields } from "./credentials.ts";

/**
 * What is wrong with the default export of a connector's `index.ts`, in sentences that say what to write. Empty if it is a
 * connector.
 */
export function shapeProblems(folderName: string, exported: unknown): readonly string[] {
  if (typeof exported !== "object" || exported === null)
    return ["index.ts must have a default export: export default defineConnector({ … })."];
  const connector = exported as Partial<Connector>;
  return Object.values(checks).flatMap((check) => check(connector, folderName));
}

/** RPCs of `types.PayoutService`, by the names that connectors use. */
export const operationNames: readonly (keyof typeof PayoutService.method)[] = PayoutService.methods.map(
  (method) => method.localName as keyof typeof PayoutService.method,
);

/** Fields of sluice.v1.LinkOptions, in snake_case. */
export const linkOptionNames: readonly string[] = LinkOptionsSchema.fields.map((field) => field.name);

type Check = (connector: Partial<Connector>, folderName: string) => readonly string[];

const checks: Readonly<Record<string, Check>> = {
  name: ({ name }, folder) => {
    if (name !== folder) return [`name must be the folder's name: write name: ${JSON.stringify(folder)}.`];
    return nameForm.test(folder)
      ? []
      : [`Rename the folder: ${folder} must be lower-case letters, digits and hyphens.`];
  },
  configKey: ({ configKey }) =>
    typeof configKey === "string" && configKeyForm.test(configKey)
      ? []
      : ['configKey must be the key inside x-connector-config, such as configKey: "Stripe".'],
  docs: ({ docs }) =>
    isUrl(docs) ? [] : ["docs must be the https URL of the provider's API documentation."],
  hosts: (connector) => {
    if (!("hosts" in connector))
      return ["hosts is missing: write { live, test }, or undefined if it calls nobody."];
    const { hosts } = connector;
    if (hosts === undefined) return [];
    return (["live", "test"] as const)
      .filter((name) => !isUrl(hosts[name]) || hosts[name].endsWith("/"))
      .map((name) => `hosts.${name} must be an https URL without a trailing slash.`);
  },
  credentials: ({ credentials }) => {
    try {
      credentialFields(credentials as Connector["credentials"]);
      return [];
    } catch {
      return ["credentials must be a z.object({ … }): write z.object({}) if there are none."];
    }
  },
  legacyHeaders: ({ legacyHeaders, credentials }) => {
    const fields = fieldNames(credentials);
    return Object.entries(legacyHeaders ?? {})
      .filter(([, field]) => !fields.includes(field))
      .map(([header, field]) => `legacyHeaders: ${header} fills ${field}, which is no field of credentials.`);
  },
  idempotency: ({ idempotency }) => {
    const facts = idempotency as { windowMs?: unknown; lookup?: unknown } | undefined;
    const isWindow = typeof facts?.windowMs === "number" && facts.windowMs > 0;
    return isWindow || typeof facts?.lookup === "function"
      ? []
      : ["idempotency must be { windowMs } above zero, or { lookup } where the provider has no keys."];
  },
  statuses: ({ statuses }) => {
    if (typeof statuses !== "object" || statuses === null)
      return ["statuses must be a table from the provider's statuses to PayoutStatus."];
    return Object.entries(statuses)
      .filter(([, status]) => !payoutStatuses.has(status))
      .map(([name]) => `statuses.${name} must be a PayoutStatus: write PayoutStatus.PENDING, for example.`);
  },
  linkOptions: ({ linkOptions = [] }) =>
    linkOptions
      .filter((name) => !linkOptionNames.includes(name))
      .map(
        (name) =>
          `linkOptions: ${name} is no field of sluice.v1.LinkOptions. Write field names in snake_case.`,
      ),
  methods: ({ methods = [] }) =>
    methods
      .filter((kind) => !methodKinds.has(kind))
      .map((kind) => `methods: ${kind} is no PayoutMethodKind: write PayoutMethodKind.US_BANK, for example.`),
  arrivalDays: ({ arrivalDays = {}, methods = [] }) =>
    Object.entries(arrivalDays).flatMap(([kind, days]) => [
      ...(methods.some((method) => String(method) === kind)
        ? []
        : [`arrivalDays: ${kind} is not one of methods. Add it there too.`]),
      ...(isRange(days)
        ? []
        : [`arrivalDays: write the earliest and the latest business day for ${kind}, such as [1, 3].`]),
    ]),
  secretIds: ({ secretIds, openLink }) =>
    secretIds && openLink
      ? ["secretIds cannot be combined with openLink: what the page makes would be stored unsealed."]
      : [],
  webhook: ({ webhook }) => {
    if (webhook === undefined) return [];
    if (typeof webhook?.verify !== "function" || typeof webhook.read !== "function")
      return ["webhook must be { verify, read }, both functions."];
    return ["body", "sender", undefined].includes(webhook.proves)
      ? []
      : ['webhook.proves must be "body" or "sender".'];
  },
  operations: (connector) => {
    const wrong = operationNames.filter(
      (name) => connector[name] !== undefined && typeof connector[name] !== "function",
    );
    if (wrong.length > 0) return wrong.map((name) => `${name} must be a function.`);
    return operationNames.some((name) => connector[name])
      ? []
      : [`It supports no operation: write at least one of ${operationNames.join(", ")}.`];
  },
};

function fieldNames(credentials: Connector["credentials"] | undefined): readonly string[] {
  try {
    return credentialFields(credentials as Connector["credentials"]).map((field) => field.name);
  } catch {
    return [];
  }
}

function isRange(days: unknown): boolean {
  if (!Array.isArray(days) || days.length !== 2 || !days.every((day) => Number.isInteger(day))) return false;
  const [earliest, latest] = days as [number, number];
  return earliest >= 0 && earliest <= latest && latest <= 60;
}

function isUrl(text: unknown): text is string {
  return typeof text === "string" && /^https:\/\//.test(text) && URL.canParse(text);
}

/** How connectors are named. */
export const nameForm = /^[a-z][a-z0-9-]{0,39}$/;
const configKeyForm = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
const methodKinds: ReadonlySet<unknown> = new Set(
  Object.values(PayoutMethodKind).filter((kind) => kind !== 0),
);
const payoutStatuses: ReadonlySet<unknown> = new Set(Object.values(PayoutEnums_PayoutStatus));
