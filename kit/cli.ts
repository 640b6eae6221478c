import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { supportedRpcs } from "../src/connector/capability.ts";
import { type Connector, credentialFields } from "../src/connector/contract.ts";
import { connectorFolders, folderUrl, loadConnector, loadConnectors } from "../src/connector/registry.ts";
import { operationNames } from "../src/connector/validation.ts";
import { checkConnector } from "./check-connector.ts";
import { writeConnectorReadme } from "./connector-readme.ts";
import { methodName } from "./connector-tables.ts";
import type { FixtureOperation } from "./fixture.ts";
import { newConnector } from "./new-connector.ts";
import { writeReadmes } from "./readme.ts";
import { recordFixture } from "./recorder/record.ts";
import { type Environment, openTestHost } from "./recorder/test-host.ts";

/**
 * Runs a command of `npm run connector`. Resolves to the exit code: 0, 1 if something is wrong, 2 for a wrong command.
 *
 * @example await runCommand(["check", "stripe"], (line) => console.log(line));
 */
export async function runCommand(
  argv: readonly string[],
  print: (line: string) => void,
  environment: Environment = {},
): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { folder: { type: "string" }, case: { type: "string" }, id: { type: "string" } },
    });
    const { folder: path, ...options } = values;
    const [name = "", ...args] = positionals;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    const folder = folderUrl(path ?? ownFolder);
    if (command?.args.length === args.length)
      return await command.run({ folder, args, options, environment, print });
    print(usage());
    return 2;
  } catch (error) {
    print((error as Error).message);
    return 1;
  }
}

/** The repository's own connectors. */
const ownFolder = new URL("../connectors/", import.meta.url);

function usage(): string {
  const lines = Object.entries(commands).map(([name, { args, about }]) => {
    const line = `  npm run connector -- ${[name, ...args].join(" ")}`;
    return `${line.padEnd(54)}${about}`;
  });
  return `Usage:
${lines.join("\n")}

  --folder <path>   the folder of the connectors, instead of connectors/
  --case <name>     the fixture that is recorded: <operation>.<name>.json; success if absent
  --id <id>         the provider's id that get, transfer or void is recorded with
`;
}

interface Command {
  /** Its arguments, as the usage shows them. */
  readonly args: readonly string[];
  /** A short description. */
  readonly about: string;
  /** Resolves to the exit code: 0, or 1 if something is wrong. */
  run(invocation: Invocation): Promise<number>;
}

interface Invocation {
  /** The folder of the connectors. */
  readonly folder: URL;
  /** The arguments after the command's name. */
  readonly args: readonly string[];
  readonly options: { readonly case?: string | undefined; readonly id?: string | undefined };
  readonly environment: Environment;
  print(line: string): void;
}

/** The commands, by name. */
const commands: Readonly<Record<string, Command>> = {
  new: {
    args: ["<name>"],
    about: "makes a connector from the template",
    run: async ({ folder, args: [name = ""], print }) => {
      const made = await newConnector(folder, name);
      await writeOwnReadmes(folder);
      print(`Made ${fileURLToPath(made)}

It passes every rule as it is, for a provider that does not exist. Now make it yours:
  1. README.md   write down what the provider's documentation says
  2. fixtures/   put in its real replies, with made-up people and keys
  3. map.ts      requests, and the meaning of replies
  4. index.ts    hosts, credentials, operations
  5. webhook.ts  how its webhooks are signed; delete it and its fixtures if there are none

  npm run connector -- check ${name}`);
      return 0;
    },
  },

  check: {
    args: ["<name>"],
    about: "checks a connector by every rule",
    run: async (invocation) => {
      const { print, args } = invocation;
      const { connector, url } = await load(invocation);
      const findings = await checkConnector(connector, url);
      for (const finding of findings) {
        print(`${finding.problems.length === 0 ? "ok  " : "NOT "} ${finding.rule}`);
        for (const problem of finding.problems) print(`       ${problem}`);
      }
      const broken = findings.filter((finding) => finding.problems.length > 0).length;
      print(
        broken === 0
          ? `\n${args[0]} keeps all ${findings.length} rules.`
          : `\n${args[0]} breaks ${broken} of ${findings.length} rules.`,
      );
      return broken === 0 ? 0 : 1;
    },
  },

  readme: {
    args: ["<name>"],
    about: "regenerates the tables of its README.md",
    run: async (invocation) => {
      const { connector, url } = await load(invocation);
      await writeConnectorReadme(connector, url);
      await writeOwnReadmes(invocation.folder);
      invocation.print(`README.md of ${connector.name} is up to date.`);
      return 0;
    },
  },

  record: {
    args: ["<name>", "<operation>"],
    about: "records a fixture at the provider's sandbox",
    run: record,
  },

  list: {
    args: [],
    about: "shows what each connector can do",
    run: async ({ folder, print }) => {
      const registry = await loadConnectors([folder]);
      for (const connector of registry.list()) print(describeConnector(connector));
      return 0;
    },
  },
};

async function record(invocation: Invocation): Promise<number> {
  const { args, options, environment, print } = invocation;
  const [, operation = ""] = args;
  const wanted = [...operationNames, "openLink" as const].find((name) => name === operation);
  if (!wanted)
    throw new Error(`There is no operation ${operation}. There are: ${operationNames.join(", ")}, openLink.`);
  const { connector, url } = await load(invocation);
  requireOperation(connector, wanted);
  const testHost = openTestHost(connector, environment);
  const { file, calls, connectorPayoutId, problems } = await recordFixture(connector, url, testHost, {
    operation: wanted,
    case: options.case ?? "success",
    id: options.id,
  });
  for (const call of calls) print(call);
  print(`Wrote ${fileURLToPath(file)}: read it before you keep it. Numbers are not masked.`);
  if (connectorPayoutId !== undefined)
    print(
      `The provider's id of it is ${connectorPayoutId}: --id ${connectorPayoutId} records the next operation on it.`,
    );
  print(problems.length === 0 ? "It runs exactly as recorded." : "It does not run as recorded yet:");
  for (const problem of problems) print(`  ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

function requireOperation(connector: Connector, operation: FixtureOperation): void {
  if (connector[operation]) return;
  const has = operationNames.filter((name) => connector[name]);
  throw new Error(`${connector.name} has no ${operation}. It has: ${has.join(", ")}.`);
}

/** @throws Error with the mistakes of the connector, or with the names of the connectors that exist. */
async function load({ folder, args: [name = ""] }: Invocation) {
  const folders = await connectorFolders(folder);
  const found = folders.find((each) => each.name === name);
  if (!found)
    throw new Error(
      `There is no connector ${name}. There are: ${folders.map((each) => each.name).join(", ")}.`,
    );
  const { connector, problems, url } = await loadConnector(found);
  if (!connector) throw new Error(problems.join("\n"));
  return { connector, url };
}

/** The READMEs that list every connector are the repository's own. */
async function writeOwnReadmes(folder: URL): Promise<void> {
  if (folder.href === ownFolder.href) await writeReadmes();
}

function describeConnector(connector: Connector): string {
  const credentials = credentialFields(connector.credentials).map(({ name, required }) =>
    required ? name : `${name} (optional)`,
  );
  const methods = (connector.methods ?? []).map(methodName);
  return `${connector.name}
  operations   ${supportedRpcs(connector).join(", ")}
  options      ${connector.linkOptions?.join(", ") || "none"}
  methods      ${methods.join(", ") || "as the provider offers"}
  webhooks     ${connector.webhook ? "yes" : "no"}
  credentials  ${credentials.join(", ") || "none"}
  docs         ${connector.docs}
`;
}

if (import.meta.main) {
  process.exitCode = await runCommand(process.argv.slice(2), (line) => console.log(line), process.env);
}
