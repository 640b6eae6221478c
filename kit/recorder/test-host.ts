import { type Connector, type Credentials, credentialFields } from "../../src/connector/contract.ts";

/** A provider's test host, and its credentials. */
export interface TestHost {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** As written in the environment, by field. */
  readonly written: Readonly<Record<string, string>>;
}

/** Environment variables, such as those of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable of a credential: `ACME_API_KEY`. */
export function credentialVariable(connector: Connector, field: string): string {
  return `${connector.name}_${field}`.toUpperCase().replaceAll("-", "_");
}

/** Variables of required credentials that are not set. */
export function missingVariables(connector: Connector, environment: Environment): readonly string[] {
  return credentialFields(connector.credentials)
    .filter(({ required }) => required)
    .map(({ name }) => credentialVariable(connector, name))
    .filter((variable) => !environment[variable]);
}

/**
 * The test host that the environment's credentials open.
 *
 * @throws Error that says what to set, where they are missing or belong to the live provider. Never repeats a value.
 */
export function openTestHost(connector: Connector, environment: Environment): TestHost {
  const missing = missingVariables(connector, environment);
  if (missing.length > 0)
    throw new Error(`Set ${missing.join(", ")} to credentials of ${connector.name}'s sandbox.`);
  const written = Object.fromEntries(
    credentialFields(connector.credentials).flatMap(({ name }) => {
      const value = environment[credentialVariable(connector, name)];
      return value ? [[name, value]] : [];
    }),
  );
  const read = connector.credentials.safeParse(written);
  if (!read.success) {
    const faults = read.error.issues.map(
      ({ path, message }) => `${credentialVariable(connector, String(path[0]))}: ${message}.`,
    );
    throw new Error(`The credentials cannot be used. ${faults.join(" ")}`);
  }
  return { baseUrl: testHostUrl(connector, read.data, environment), credentials: read.data, written };
}

function testHostUrl(connector: Connector, credentials: Credentials, environment: Environment): string {
  const { name, hosts } = connector;
  if (!hosts)
    throw new Error(`${name} makes no calls, so there is nothing to record: write its fixtures by hand.`);
  if (connector.environment && connector.environment(credentials) !== "test")
    throw new Error(
      `These are live credentials of ${name}, which move real money. Use those of its sandbox.`,
    );
  const variable = `SLUICE_${name.toUpperCase().replaceAll("-", "_")}_URL`;
  const standIn = environment[variable];
  if (standIn) {
    if (URL.canParse(standIn) && new URL(standIn).hostname === "127.0.0.1")
      return standIn.replace(/\/+$/, "");
    throw new Error(
      `${variable} must lead to 127.0.0.1 here, where a fake of the provider runs. Or leave it out.`,
    );
  }
  if (!connector.environment && hosts.live === hosts.test)
    throw new Error(
      `${name} has one host for live and test, and does not say which one credentials belong to. Give the connector environment(credentials).`,
    );
  return hosts.test;
}
