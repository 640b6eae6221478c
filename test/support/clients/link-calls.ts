import { execFile } from "node:child_process";
import type { RunningService } from "../service/service.ts";
import { tool } from "../tools.ts";
import { callJson } from "./json-call.ts";

/** What a call of `sluice.v1.PayoutLinkService` was told: a reply, or a code with its message. */
export interface LinkAnswer {
  readonly reply: Readonly<Record<string, unknown>>;
  /** As Connect writes it: `not_found`; undefined where all is well. */
  readonly code: string | undefined;
  readonly message: string;
}

type Headers = Readonly<Record<string, string>>;
type LinkCall = (
  service: RunningService,
  rpc: string,
  body: object,
  headers?: Headers,
) => Promise<LinkAnswer>;

/** Ways to call: JSON over HTTP, and gRPC where the machine has grpcurl. */
export const linkClients: readonly {
  readonly client: string;
  readonly isThere: boolean;
  readonly ask: LinkCall;
}[] = [
  { client: "fetch", isThere: true, ask: callLinksInJson },
  { client: "grpcurl", isThere: tool("grpcurl") !== undefined, ask: callLinksWithGrpcurl },
];

/** Calls in JSON over HTTP. */
export async function callLinksInJson(
  service: RunningService,
  rpc: string,
  body: object,
  headers: Headers = {},
): Promise<LinkAnswer> {
  const { json, code } = await callJson(service, `sluice.v1.PayoutLinkService/${rpc}`, headers, body);
  if (code === undefined) return { reply: json, code, message: "" };
  return { reply: {}, code: String(code), message: String(json.message) };
}

async function callLinksWithGrpcurl(
  service: RunningService,
  rpc: string,
  body: object,
  headers: Headers = {},
): Promise<LinkAnswer> {
  const given = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const call = [service.target, `sluice.v1.PayoutLinkService/${rpc}`];
  const { stdout, stderr } = await run([
    "-plaintext",
    "-use-reflection",
    ...given,
    "-d",
    JSON.stringify(body),
    ...call,
  ]);
  const code = /Code: (\w+)/.exec(stderr)?.[1]?.replace(/(?<!^)([A-Z])/g, "_$1");
  const message = /Message: (.*)/.exec(stderr)?.[1] ?? stderr;
  if (code) return { reply: {}, code: code.toLowerCase(), message };
  return { reply: snakeCase(JSON.parse(stdout)) as LinkAnswer["reply"], code: undefined, message: "" };
}

function run(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(tool("grpcurl") as string, args as string[], (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(inner),
    ]),
  );
}
