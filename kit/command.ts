import { parseArgs } from "node:util";
import { folderUrl } from "../src/connector/registry.ts";
import { commands } from "./commands.ts";
import { ownFolder } from "./invocation.ts";
import type { Environment } from "./recorder/test-host.ts";

function usage(): string {
  const lines = Object.entries(commands).map(([name, { words, about }]) => {
    const line = `  npm run connector -- ${[name, ...words].join(" ")}`;
    return `${line.padEnd(54)}${about}`;
  });
  return `Usage:
${lines.join("\n")}

  --folder <path>   where connectors are, instead of connectors/
  --case <name>     the fixture that is recorded: <operation>.<name>.json; success if absent
  --id <id>         the provider's id of what get, transfer or void is recorded with
`;
}

/** Runs the command line. Resolves to the exit code: 0, 1 where something is wrong, 2 for a wrong command. */
export async function runCommand(
  args: readonly string[],
  print: (line: string) => void,
  environment: Environment = {},
): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { folder: { type: "string" }, case: { type: "string" }, id: { type: "string" } },
    });
    const { folder: path, ...options } = values;
    const [name = "", ...words] = positionals;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    const folder = folderUrl(path ?? ownFolder);
    if (command?.words.length === words.length)
      return await command.run({ folder, words, options, environment, print });
    print(usage());
    return 2;
  } catch (error) {
    print((error as Error).message);
    return 1;
  }
}

if (import.meta.main) {
  process.exitCode = await runCommand(process.argv.slice(2), (line) => console.log(line), process.env);
}
