import { type Connector, credentialFields, type Operation } from "../src/connector/contract.ts";
import { linkOptionNames } from "../src/connector/validation.ts";
import { PayoutMethodKind } from "../src/gen/sluice/v1/link_pb.ts";
import { PayoutEnums_PayoutStatus, PayoutService } from "../src/gen/types/payout_pb.ts";
import { type Tables, table } from "./markdown.ts";

/** The requests of each operation in its fixtures: `POST /v1/links`. */
export type OperationCalls = Readonly<Partial<Record<Operation, readonly string[]>>>;

/** The tables that a connector's README can have, by the names of their marks. */
export function connectorTables(connector: Connector, calls: OperationCalls): Tables {
  return {
    operations: operationTable(connector, calls),
    statuses: statusTable(connector),
    options: optionTable(connector),
    methods: methodTable(connector),
    credentials: credentialTable(connector),
    errors: errorTable(connector),
  };
}

function operationTable(connector: Connector, calls: OperationCalls): string {
  const rows = PayoutService.methods.flatMap(({ name, localName }) => {
    const sent = calls[localName as Operation] ?? [];
    return connector[localName as Operation] ? [[name, sent.map(code).join(", ") || "nothing"]] : [];
  });
  return table(["RPC", `Sent to ${connector.configKey}`], rows);
}

function statusTable({ configKey, statuses }: Connector): string {
  const rows = Object.entries(statuses).map(([theirs, ours]) => [
    code(theirs),
    nameIn(PayoutEnums_PayoutStatus, ours),
  ]);
  return table([configKey, "Payout"], rows);
}

function optionTable({ linkOptions = [] }: Connector): string {
  const others = linkOptionNames.filter((name) => !linkOptions.includes(name));
  return table(
    ["LinkOptions", ""],
    [
      ["honoured", linkOptions.map(code).join(", ") || "none"],
      ["refused by name", others.map(code).join(", ") || "none"],
    ],
  );
}

function methodTable({ methods = [], arrivalDays = {} }: Connector): string {
  const rows = methods.map((kind) => {
    const [earliest, latest] = arrivalDays[kind] ?? [];
    return [methodName(kind), earliest === undefined ? "" : `${earliest} to ${latest}`];
  });
  return table(["Way to be paid", "Business days"], rows);
}

function credentialTable({ credentials, legacyHeaders = {} }: Connector): string {
  const rows = credentialFields(credentials).map(({ name, required, secret, description }) => {
    const headers = Object.keys(legacyHeaders).filter((header) => legacyHeaders[header] === name);
    return [
      code(name),
      required ? "yes" : "no",
      secret ? "yes" : "no",
      headers.map(code).join(", "),
      description,
    ];
  });
  return table(["Field", "Required", "Secret", "Legacy header", "What it is"], rows);
}

function errorTable({ configKey, errors }: Connector): string {
  const rows = Object.entries(errors?.reasons ?? {}).map(([theirs, ours]) => [code(theirs), code(ours)]);
  return table([configKey, "Reason"], rows);
}

function code(text: string): string {
  return `\`${text}\``;
}

/** The name of a payout method: `us bank`. */
export function methodName(kind: PayoutMethodKind): string {
  return nameIn(PayoutMethodKind, kind).toLowerCase().replaceAll("_", " ");
}

function nameIn(values: Readonly<Record<string, number>>, wanted: number): string {
  return Object.entries(values).find(([, value]) => value === wanted)?.[0] ?? "";
}
