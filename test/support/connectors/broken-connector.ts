import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import template from "../../../connectors/_template/index.ts";
import { prepareSubject, rules } from "../../../kit/check-connector.ts";
import type { Connector, Context } from "../../../src/connector/contract.ts";

/** The template, which keeps every rule. */
export const acme = template as unknown as Connector;
/** Its `get`. */
export type Get = NonNullable<Connector["get"]>;
/** Its `createLink`. */
export type CreateLink = NonNullable<Connector["createLink"]>;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A copy of the template's folder, changed. */
export function copyTemplate(change: (path: (file: string) => string) => void = () => {}): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-kit-"));
  folders.push(folder);
  const copy = join(folder, "acme");
  cpSync(new URL("../../../connectors/_template/", import.meta.url), copy, { recursive: true });
  change((file) => join(copy, file));
  return copy;
}

/** What a rule finds wrong with a connector. */
export async function problemsOf(
  ruleName: RegExp,
  connector: Connector,
  path = copyTemplate(),
): Promise<readonly string[]> {
  const rule = rules.find(({ name }) => ruleName.test(name));
  if (!rule) throw new Error(`no rule ${ruleName}`);
  const subject = await prepareSubject(connector, path);
  try {
    return await rule.check(subject);
  } finally {
    await subject.runner.close();
  }
}

/** A copy of the template's folder with one file changed. */
export function edit(file: string, change: (text: string) => string): string {
  return copyTemplate((path) => writeFileSync(path(file), change(readFileSync(path(file), "utf8"))));
}

/** The template with another `get`, which reads the link's reply as it likes. */
export function withGet(
  read: (body: { status: string } & Record<string, never>, context: Context) => object,
): Connector {
  const get: Get = async (_request, context) => {
    const { body } = await context.http.send({ method: "GET", path: "/v1/links/lnk_7Hq2" });
    return read(body as never, context);
  };
  return { ...acme, get };
}

/** The template with something else in the body of createLink. */
export function withLinkBody(
  body: (context: Context, request: Parameters<CreateLink>[0]) => object,
): Connector {
  const createLink: CreateLink = async (request, context) => {
    const { http } = context;
    const send = http.send.bind(http);
    const changed = {
      ...http,
      send: (sent: object) => send({ ...sent, ...body(context, request) } as never),
    };
    return (acme.createLink as CreateLink)(request, { ...context, http: changed });
  };
  return { ...acme, createLink };
}
