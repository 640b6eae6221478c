import { fileURLToPath } from "node:url";
import { type Connector, credentialFields } from "../src/connector/contract.ts";
import { connectorFolders, loadConnector, loadConnectors } from "../src/connector/registry.ts";
import { operationNames } from "../src/connector/validation.ts";
import { supportedRpcs } from "../src/payouts/api/connector-service.ts";
import { checkConnector } from "./check-connector.ts";
import { writeConnectorReadme } from "./connector-readme.ts";
import { methodName } from "./connector-tables.ts";
import type { Played } from "./fixture.ts";
import { type Command, type Invocation, ownFolder } from "./invocation.ts";
import { newConnector } from "./new-connector.ts";
import { writeReadmes } from "./readme.ts";
import { recordFixture } from "./recorder/record.ts";
import { openTestHost } from "./recorder/test-host.ts";

/** The commands of `npm run connector`, by name. */
export const commands: Readonly<Record<string, Command>> = {
  new: {
    words: ["<name>"],
    about: "makes a connector from the template",
    run: async ({ folder, words: [name = ""], print }) => {
      const made = await newConnector(folder, name);
      await writeOwnReadmes(folder);
      print(`Made ${fileURLToPath(made)}

It passes every rule as it is, for a provider that does not exist. Now make it yours:
  1. README.md   write down what the provider's documentation says
  2. fixtures/   put in its real replies, with made-up people and keys
  3. map.ts      what is sent, and what the answers mean
  4. index.ts    hosts, credentials, operations
  5. webhook.ts  how its webhooks are signed; delete it and its fixtures if there are none

  npm run connector -- check ${name}`);
      return 0;
    },
  },

  check: {
    words: ["<name>"],
    about: "holds a connector to every rule",
    run: async (invocation) => {
      const { print, words } = invocation;
      const { connector, url } = await load(invocation);
      const findings = await checkConnector(connector, url);
      for (const finding of findings) {
        print(`${finding.problems.length === 0 ? "ok  " : "NOT "} ${finding.rule}`);
        for (const problem of finding.problems) print(`       ${problem}`);
      }
      const broken = findings.filter((finding) => finding.problems.length > 0).length;
      print(
        broken === 0
          ? `\n${words[0]} keeps all ${findings.length} rules.`
          : `\n${words[0]} breaks ${broken} of ${findings.length} rules.`,
      );
      return broken === 0 ? 0 : 1;
    },
  },

  readme: {
    words: ["<name>"],
    about: "writes the tables of its README.md anew",
    run: async (invocation) => {
      const { connector, url } = await load(invocation);
      await writeConnectorReadme(connector, url);
      await writeOwnReadmes(invocation.folder);
      invocation.print(`README.md of ${connector.name} says what its code says.`);
      return 0;
    },
  },

  record: {
    words: ["<name>", "<operation>"],
    about: "records a fixture at the provider's sandbox",
    run: record,
  },

  list: {
    words: [],
    about: "shows what each connector can do",
    run: async ({ folder, print }) => {
      const registry = await loadConnectors([folder]);
      for (const connector of registry.list()) print(describeConnector(connector));
      return 0;
    },
  },
};

async function record(invocation: Invocation): Promise<number> {
  const { words, options, environment, print } = invocation;
  const [, operation = ""] = words;
  const played = [...operationNames, "openLink" as const].find((name) => name === operation);
  if (!played)
    throw new Error(`There is no operation ${operation}. There are: ${operationNames.join(", ")}, openLink.`);
  const { connector, url } = await load(invocation);
  requireOperation(connector, played);
  const testHost = openTestHost(connector, environment);
  const { file, calls, connectorPayoutId, problems } = await recordFixture(connector, url, testHost, {
    operation: played,
    case: options.case ?? "success",
    id: options.id,
  });
  for (const call of calls) print(call);
  print(`Wrote ${fileURLToPath(file)}: read it before you keep it. Numbers stay as they came.`);
  if (connectorPayoutId !== undefined)
    print(
      `What it is about is called ${connectorPayoutId} there: --id ${connectorPayoutId} records what comes next.`,
    );
  print(problems.length === 0 ? "It plays back exactly." : "It does not play back yet:");
  for (const problem of problems) print(`  ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

function requireOperation(connector: Connector, operation: Played): void {
  if (connector[operation]) return;
  const has = operationNames.filter((name) => connector[name]);
  throw new Error(`${connector.name} has no ${operation}. It has: ${has.join(", ")}.`);
}

/** @throws Error that says what is wrong with it, or which there are. */
async function load({ folder, words: [name = ""] }: Invocation) {
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

/** The READMEs that speak of every connector are the repository's own. */
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
