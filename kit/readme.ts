import { readFileSync, writeFileSync } from "node:fs";
import { Code } from "@connectrpc/connect";
import { variables } from "../src/config/config.ts";
import { supportedRpcs } from "../src/connector/capability.ts";
import { credentialFields } from "../src/connector/credentials.ts";
import { loadConnectors, type Registry } from "../src/connector/registry.ts";
import { linkOptionNames } from "../src/connector/validation.ts";
import { linkStateAt } from "../src/core/link-state.ts";
import type { Link } from "../src/core/payout.ts";
import { reasons } from "../src/core/reasons.ts";
import {
  payoutStatus,
  type StatusName,
  type StatusPageState,
  type StoredLinkState,
  statuses,
} from "../src/core/status.ts";
import { methodName } from "./connector-tables.ts";
import { type Tables, table, withTables } from "./markdown.ts";

/** `npm run readme` writes the tables of the README and the docs from the code; a test compares them. */

const folder = new URL("../connectors/", import.meta.url);
const pages = [
  "README.md",
  "connectors/README.md",
  "docs/configuration.md",
  "docs/errors.md",
  "docs/statuses.md",
];

/** A page with tables, and its text with the tables regenerated. */
export interface Readme {
  readonly file: URL;
  readonly current: string;
  readonly generated: string;
}

/** The pages with tables, each with its tables regenerated. */
export async function renderReadmes(): Promise<readonly Readme[]> {
  const registry = await loadConnectors([folder]);
  const tables: Tables = {
    connectors: connectorTable(registry),
    options: optionTable(registry),
    configuration: configurationTable(),
    reasons: reasonTable(),
    statuses: statusTable(),
  };
  return pages.map((page) => {
    const file = new URL(`../${page}`, import.meta.url);
    const current = readFileSync(file, "utf8");
    return { file, current, generated: withTables(current, tables) };
  });
}

/** Writes the pages with their tables regenerated. */
export async function writeReadmes(): Promise<void> {
  for (const { file, current, generated } of await renderReadmes())
    if (current !== generated) writeFileSync(file, generated);
}

function connectorTable(registry: Registry): string {
  const rows = registry.list().map((connector) => {
    const credentials = credentialFields(connector.credentials).map(({ name, required }) =>
      required ? `\`${name}\`` : `\`${name}\` (optional)`,
    );
    const methods = (connector.methods ?? []).map(methodName);
    return [
      `[${connector.name}](connectors/${connector.name}/README.md)`,
      supportedRpcs(connector).join(", "),
      methods.join(", ") || "as the provider offers",
      credentials.join(", ") || "none",
    ];
  });
  return table(["Connector", "RPCs", "Ways to be paid", "Credentials"], rows);
}

/** Which connector honours which field of LinkOptions. */
function optionTable(registry: Registry): string {
  const connectors = registry.list();
  const rows = linkOptionNames.map((name) => [
    `\`${name}\``,
    ...connectors.map(({ linkOptions = [] }) => (linkOptions.includes(name) ? "yes" : "")),
  ]);
  return table(["LinkOptions", ...connectors.map(({ name }) => name)], rows);
}

function configurationTable(): string {
  const rows = variables.map(({ name, default: value, about }) => [
    `\`${name}\``,
    value && `\`${value}\``,
    about,
  ]);
  return table(["Variable", "Default", "What it is"], rows);
}

function reasonTable(): string {
  const rows = Object.entries(reasons).map(([name, { code, retryable, advice }]) => [
    `\`${name}\``,
    Code[code].replace(/(?<!^)([A-Z])/g, "_$1").toUpperCase(),
    retryable ? "yes" : "no",
    advice,
  ]);
  return table(["Reason", "gRPC code", "Repeat as it is", "What to do"], rows);
}

function statusTable(): string {
  const rows = Object.entries(statuses).map(([name, { linkState, attemptState, pageState, mayPay }]) => [
    `\`${name}\``,
    shownLinkState(payoutStatus[name as StatusName], linkState),
    pageTitles[pageState],
    `\`${attemptState}\``,
    mayPay ? "yes" : "no",
  ]);
  const head = ["Payout status", "Link state", "What the recipient sees", "Payment attempt", "May be paid"];
  return table(head, rows);
}

/** What `linkStateAt` says of a link in time, whose page is ours, once its payout has the status. */
function shownLinkState(status: number, stored: StoredLinkState | undefined): string {
  const link = { state: stored ?? "ACTIVE", expiresAtMs: 1, hosted: undefined } as Link;
  const shown = linkStateAt({ status, link }, 0);
  return !stored && shown === "ACTIVE" ? "as before" : `\`${shown}\``;
}

/** The titles of the recipient's page, in English. */
const pageTitles: Readonly<Record<StatusPageState, string>> = {
  open: "The form that asks where the money should go",
  received: "We have your details",
  pending: "Your payment is on its way",
  paid: "You have been paid",
  returned: "The money came back",
  failed: "The payment did not go through",
  expired: "This link has expired",
  cancelled: "This payment was cancelled",
};

if (import.meta.main) await writeReadmes();
