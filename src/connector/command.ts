import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { operationNames } from "./connector-shape.ts";
import { type Connector, credentialFields } from "./contract.ts";
import { checkConnector } from "./kit/check-connector.ts";
import { newConnector } from "./new-connector.ts";
import { connectorFolders, folderUrl, loadConnector, loadConnectors } from "./registry.ts";

const usage = `Usage:
  npm run connector -- new <name>     makes a connector from the template
  npm run connector -- check <name>   holds a connector to every rule
  npm run connector -- list           shows what each connector can do

  --folder <path>                     where connectors are, instead of connectors/
`;

/** Runs the command line. Resolves to the exit code: 0, 1 where something is wrong, 2 for a wrong command. */
export async function runCommand(args: readonly string[], print: (line: string) => void): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { folder: { type: "string" } },
    });
    const [command = "", name, ...rest] = positionals;
    const run = Object.hasOwn(commands, command) ? commands[command as keyof typeof commands] : undefined;
    const folder = folderUrl(values.folder ?? new URL("../../connectors/", import.meta.url));
    const complete = run && rest.length === 0 && (command === "list") === (name === undefined);
    if (complete) return await run(folder, name ?? "", print);
    print(usage);
    return 2;
  } catch (error) {
    print((error as Error).message);
    return 1;
  }
}

type Command = (folder: URL, name: string, print: (line: string) => void) => Promise<number>;

const commands = {
  new: async (folder, name, print) => {
    const made = await newConnector(folder, name);
    print(`Made ${fileURLToPath(made)}

It passes every rule as it is, for a provider that does not exist. Now make it yours:
  1. README.md   write down what the provider's documentation says
  2. fixtures/   put in its real replies, with made-up people and keys
  3. map.ts      what is sent, and what the answers mean
  4. index.ts    hosts, credentials, operations

  npm run connector -- check ${name}`);
    return 0;
  },

  check: async (folder, name, print) => {
    const found = (await connectorFolders(folder)).find((each) => each.name === name);
    if (!found) throw new Error(`There is no connector ${name}. There are: ${await names(folder)}.`);
    const { connector, problems, url } = await loadConnector(found);
    if (!connector) {
      for (const problem of problems) print(problem);
      return 1;
    }
    const findings = await checkConnector(connector, url);
    for (const finding of findings) {
      print(`${finding.problems.length === 0 ? "ok  " : "NOT "} ${finding.rule}`);
      for (const problem of finding.problems) print(`       ${problem}`);
    }
    const broken = findings.filter((finding) => finding.problems.length > 0).length;
    print(
      broken === 0
        ? `\n${name} keeps all ${findings.length} rules.`
        : `\n${name} breaks ${broken} of ${findings.length} rules.`,
    );
    return broken === 0 ? 0 : 1;
  },

  list: async (folder, _name, print) => {
    const registry = await loadConnectors([folder]);
    for (const connector of registry.list()) print(describeConnector(connector));
    return 0;
  },
} satisfies Record<string, Command>;

async function names(folder: URL): Promise<string> {
  return (await connectorFolders(folder)).map(({ name }) => name).join(", ");
}

function describeConnector(connector: Connector): string {
  const operations = operationNames.filter((name) => connector[name]);
  const credentials = credentialFields(connector.credentials).map(({ name, required }) =>
    required ? name : `${name} (optional)`,
  );
  return `${connector.name}
  operations   ${operations.join(", ")}
  options      ${connector.linkOptions?.join(", ") || "none"}
  credentials  ${credentials.join(", ") || "none"}
  docs         ${connector.docs}
`;
}

if (import.meta.main) {
  process.exitCode = await runCommand(process.argv.slice(2), (line) => console.log(line));
}
