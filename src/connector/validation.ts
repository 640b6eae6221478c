import { LinkOptionsSchema } from "../gen/sluice/v1/link_pb.ts";
import { PayoutService } from "../gen/types/payout_pb.ts";
import type { Connector } from "./contract.ts";
import { credentialFields } from "./credentials.ts";
import { type MetadataField, metadataRules, requiredFields } from "./metadata.ts";

/** The mistakes in the default export of a connector's `index.ts`, as sentences that say what to write. Empty if it has none. */
export function connectorProblems(folderName: string, exported: unknown): readonly string[] {
  if (typeof exported !== "object" || exported === null)
    return ["index.ts must have a default export: export default defineConnector({ … })."];
  const problems = fieldProblems(exported as Readonly<Record<string, unknown>>);
  if (problems.length > 0) return problems;
  return checks.flatMap((check) => check(exported as Partial<Connector>, folderName));
}

/** RPCs of `types.PayoutService`, by the names that connectors use. */
export const operationNames: readonly (keyof typeof PayoutService.method)[] = PayoutService.methods.map(
  (method) => method.localName as keyof typeof PayoutService.method,
);

/** Fields of sluice.v1.LinkOptions, in snake_case. */
export const linkOptionNames: readonly string[] = LinkOptionsSchema.fields.map((field) => field.name);

type Check = (connector: Partial<Connector>, folderName: string) => readonly string[];

/** Rules that connect several metadata fields, each of which is valid by itself. */
const checks: readonly Check[] = [
  ({ name }, folder) => {
    if (name !== folder) return [`name must be the folder's name: write name: ${JSON.stringify(folder)}.`];
    return nameForm.test(folder)
      ? []
      : [`Rename the folder: ${folder} must be lower-case letters, digits and hyphens.`];
  },
  (connector) =>
    "hosts" in connector
      ? []
      : ["hosts is missing: write { live, test }, or undefined if it makes no calls."],
  ({ legacyHeaders = {}, credentials }) => {
    const fields = credentialFields(credentials as Connector["credentials"]).map((field) => field.name);
    return Object.entries(legacyHeaders)
      .filter(([, field]) => !fields.includes(field))
      .map(([header, field]) => `legacyHeaders: ${header} fills ${field}, which is no field of credentials.`);
  },
  ({ linkOptions = [] }) =>
    linkOptions
      .filter((name) => !linkOptionNames.includes(name))
      .map(
        (name) =>
          `linkOptions: ${name} is no field of sluice.v1.LinkOptions. Write field names in snake_case.`,
      ),
  ({ arrivalDays = {}, methods = [] }) =>
    Object.entries(arrivalDays).flatMap(([kind, days]) => [
      ...(methods.some((method) => String(method) === kind)
        ? []
        : [`arrivalDays: ${kind} is not one of methods. Add it there too.`]),
      ...(isRange(days)
        ? []
        : [`arrivalDays: write the earliest and the latest business day for ${kind}, such as [1, 3].`]),
    ]),
  ({ secretIds, openLink }) =>
    secretIds && openLink
      ? ["secretIds cannot be combined with openLink: what the page makes would be stored unsealed."]
      : [],
  ({ openLink, transfer }) =>
    openLink && !transfer
      ? ["openLink needs transfer: once the recipient has given their details, that pays them."]
      : [],
  (connector) =>
    operationNames.some((name) => connector[name])
      ? []
      : [`It supports no operation: write at least one of ${operationNames.join(", ")}.`],
];

/** Each field by itself, and no field that is neither metadata nor an RPC: a misspelt name would be ignored. */
function fieldProblems(connector: Readonly<Record<string, unknown>>): readonly string[] {
  const fields = Object.keys(metadataRules) as MetadataField[];
  const known: readonly string[] = [...fields, ...operationNames];
  return [
    ...Object.keys(connector)
      .filter((name) => !known.includes(name))
      .map((name) => `There is no metadata field or operation ${name}. There are: ${known.join(", ")}.`),
    ...fields
      .filter((name) => connector[name] !== undefined || requiredFields.has(name))
      .flatMap((name) => metadataRules[name](connector[name])),
    ...operationNames
      .filter((name) => connector[name] !== undefined && typeof connector[name] !== "function")
      .map((name) => `${name} must be a function.`),
  ];
}

function isRange(days: unknown): boolean {
  if (!Array.isArray(days) || days.length !== 2 || !days.every((day) => Number.isInteger(day))) return false;
  const [earliest, latest] = days as [number, number];
  return earliest >= 0 && earliest <= latest && latest <= 60;
}

/** The form of a connector's name. */
export const nameForm = /^[a-z][a-z0-9-]{0,39}$/;
