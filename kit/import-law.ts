import { isBuiltin } from "node:module";
import { readSource } from "./source-text.ts";

/** A source file of a connector. */
export interface ConnectorSource {
  readonly connector: string;
  /** The connector's folder, with a slash at its end. */
  readonly folder: URL;
  /** The file's URL, from which its relative imports are resolved. */
  readonly url: URL;
  readonly text: string;
}

/**
 * The forbidden imports and names of a connector's file, and what to write instead. A connector imports the contract, the generated messages,
 * its own folder, zod and its provider's SDK; it reaches the world only through its context.
 */
export function connectorLawProblems({ connector, folder, url, text }: ConnectorSource): readonly string[] {
  const { imports, code } = readSource(text);
  return [
    ...imports.flatMap((specifier) => importProblem(specifier, { connector, folder, url }) ?? []),
    ...forbidden.flatMap(({ name, pattern, instead }) =>
      pattern.test(code) ? [`it uses ${name}. ${instead}`] : [],
    ),
  ];
}

function importProblem(
  specifier: string | undefined,
  { connector, folder, url }: Omit<ConnectorSource, "text">,
): string | undefined {
  if (specifier === undefined) return "it imports a module whose name is computed. Name it.";
  if (specifier.startsWith(".")) {
    const { pathname } = new URL(specifier, url);
    const allowed = pathname.startsWith(folder.pathname) || shared.test(pathname);
    return allowed
      ? undefined
      : `it imports ${specifier}. Import only src/connector/contract.ts, src/gen and files of its own folder.`;
  }
  const packageName = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (isBuiltin(specifier)) return `it imports ${specifier}. Use the context: http, now(), idempotencyKey.`;
  if (packages.has(packageName) || packageName.includes(connector)) return undefined;
  return `it imports ${packageName}. Import only zod and the provider's own SDK, whose name has "${connector}" in it.`;
}

const shared = /\/src\/(connector\/contract\.ts|gen\/.+_pb\.ts)$/;
const packages: ReadonlySet<string> = new Set(["zod", "@bufbuild/protobuf"]);

const network = "Send requests with context.http.";
const clock = "Use context.startedAtMs in requests and context.now() in reading replies.";
const randomness = "Derive ids from context.idempotencyKey.";

/** Names that reach the world past the context. A property of that name, such as `options.process`, is allowed. */
const forbidden = [
  rule("fetch", network),
  rule("XMLHttpRequest", network),
  rule("WebSocket", network),
  rule("EventSource", network),
  rule("setTimeout", "Waiting and retrying are the core's."),
  rule("setInterval", "Waiting and retrying are the core's."),
  rule("setImmediate", "Waiting and retrying are the core's."),
  rule("performance", clock),
  rule("Date.now", clock, /(?<![.\w$])Date\s*\.\s*now\b/),
  rule("new Date()", clock, /(?<![.\w$])(new\s+Date\s*(\(\s*\)|(?![\s(\w]))|(?<!new\s+)Date\s*\()/),
  rule("Math.random", randomness, /(?<![.\w$])Math\s*\.\s*random\b/),
  rule("crypto", randomness),
  rule("process", "Settings come as credentials; the environment is the core's."),
  rule("globalThis", "Use the context."),
  rule("require", "Write an import."),
  rule("eval", "Write it out."),
  rule("console", "Tell the operator with context.warn."),
];

function rule(name: string, instead: string, pattern = new RegExp(`(?<![.\\w$])${name}\\b(?!\\s*\\??:)`)) {
  return { name, pattern, instead };
}
