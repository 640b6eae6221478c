import { dirname, join } from "node:path";
import { type Keys, keysFromFile, parseKeys } from "../security/keys.ts";
import { type LogLevel, logLevels } from "../telemetry/log.ts";
import { callerVariables } from "./callers.ts";
import { type Listeners, readListeners } from "./listeners.ts";
import { type PagesConfig, pageVariables, readPages } from "./pages.ts";
import { createReading, type Reading, type Variable } from "./reading.ts";
import { tlsVariables } from "./tls.ts";
import { existing, parseCount, parseDatabaseUrl, parseLogLevel, parseUrl } from "./values.ts";

/** What the environment says, checked and complete. */
export interface Config extends PagesConfig, Listeners {
  readonly databaseUrl: string;
  readonly keys: Keys;
  readonly logLevel: LogLevel;
  readonly connectorsFolder: string | undefined;
  /** Base URLs that the operator has set, by connector name. */
  readonly connectorUrls: ReadonlyMap<string, string>;
  readonly maxCalls: number;
  readonly maxProviderCalls: number;
}

/** Every variable that is read, in the order of the README's table. */
export const variables: readonly Variable[] = [
  {
    name: "SLUICE_LISTEN",
    default: "127.0.0.1:8080",
    about: "Address and port to listen on. Port 0 picks a free one.",
  },
  {
    name: "SLUICE_PUBLIC_LISTEN",
    default: "",
    about:
      "Address and port of the pages for recipients, and of nothing else. Without it they are on SLUICE_LISTEN, with the API.",
  },
  {
    name: "SLUICE_PUBLIC_URL",
    default: "from the listener of the pages",
    about: "What links begin with, as recipients reach this server: `https://pay.example.com`.",
  },
  {
    name: "SLUICE_DATABASE_URL",
    default: "sqlite:data/sluice.db",
    about:
      "`sqlite:<file>`, or `postgres://user:password@host/database` (15 or later) for any number of processes.",
  },
  {
    name: "SLUICE_KEY",
    default: "made beside the SQLite file",
    about:
      "32 random bytes in base64 (`openssl rand -base64 32`) that seal what is stored and derive link tokens. Required with PostgreSQL. To rotate, put the new key first: `new,old`.",
  },
  ...tlsVariables,
  ...callerVariables,
  ...pageVariables,
  { name: "SLUICE_LOG_LEVEL", default: "info", about: `One of ${logLevels.join(", ")}.` },
  {
    name: "SLUICE_MAX_CALLS",
    default: "12000",
    about: "Calls in flight before new ones are answered RESOURCE_EXHAUSTED.",
  },
  {
    name: "SLUICE_MAX_PROVIDER_CALLS",
    default: "1000",
    about: "Requests in flight, and so connections, to one provider. More wait.",
  },
  {
    name: "SLUICE_CONNECTORS_DIR",
    default: "",
    about: "A folder of connectors from outside the repository.",
  },
  {
    name: "SLUICE_<CONNECTOR>_URL",
    default: "the provider's",
    about:
      "Base URL of a provider, such as `SLUICE_STRIPE_URL=http://127.0.0.1:12111`. Callers can never set one.",
  },
];

/** Every mistake in the environment, at once. */
export class ConfigError extends Error {
  constructor(mistakes: readonly string[]) {
    super(
      `The configuration cannot be used:\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}\nnpm start -- --help lists every variable.`,
    );
    this.name = "ConfigError";
  }
}

/**
 * Reads the environment; the only function that does.
 *
 * @throws ConfigError naming every variable that is wrong, and what to write.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const mistakes: string[] = [];
  const reading = createReading(environment, variables, mistakes);
  const { read } = reading;
  const listeners = readListeners(reading);
  const databaseUrl = read("SLUICE_DATABASE_URL", parseDatabaseUrl);
  mistakes.push(...unknownVariables(environment));
  const config = {
    ...listeners,
    ...readPages(reading),
    databaseUrl,
    logLevel: read("SLUICE_LOG_LEVEL", parseLogLevel),
    connectorsFolder: read("SLUICE_CONNECTORS_DIR", (text) => (text === "" ? undefined : existing(text))),
    connectorUrls: readConnectorUrls(environment, reading),
    maxCalls: read("SLUICE_MAX_CALLS", parseCount),
    maxProviderCalls: read("SLUICE_MAX_PROVIDER_CALLS", parseCount),
    // Last, and only for a sound configuration, since it may make a file.
    keys: mistakes.length === 0 ? read("SLUICE_KEY", (text) => readKeys(text, databaseUrl ?? "")) : undefined,
  };
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return config as Config;
}

/** What `--help` prints. */
export function helpText(): string {
  const lines = variables.map(
    ({ name, default: value, about }) => `  ${name}${value && ` (${value})`}\n      ${about}`,
  );
  return `npm start, with any of these in the environment (default in brackets):\n\n${lines.join("\n")}\n`;
}

const connectorUrlName = /^SLUICE_([A-Z0-9_]+)_URL$/;
const ownNames = new Set(variables.map((variable) => variable.name));

function readConnectorUrls(
  environment: Readonly<Record<string, string | undefined>>,
  { read }: Reading,
): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  for (const name of Object.keys(environment)) {
    const connector = connectorUrlName.exec(name)?.[1];
    if (!connector || ownNames.has(name) || !environment[name]) continue;
    const url = read(name, parseUrl);
    if (url) urls.set(connector.toLowerCase().replaceAll("_", "-"), url);
  }
  return urls;
}

function unknownVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith("SLUICE_") && !name.startsWith("SLUICE_TEST_"))
    .filter((name) => !ownNames.has(name) && !connectorUrlName.test(name))
    .map((name) => `${name} is not a variable of Sluice: correct its name or remove it`);
}

function readKeys(text: string, databaseUrl: string): Keys {
  if (text !== "") return parseKeys(text);
  if (!databaseUrl.startsWith("sqlite:")) {
    throw new TypeError(
      "is required with PostgreSQL, the same for every process: write what `openssl rand -base64 32` prints",
    );
  }
  return keysFromFile(join(dirname(databaseUrl.slice("sqlite:".length)), "sluice.key"));
}
