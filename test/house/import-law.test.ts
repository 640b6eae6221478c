import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import template from "../../connectors/_template/index.ts";
import { connectorLawProblems } from "../../kit/import-law.ts";
import { readSource } from "../../kit/source-text.ts";

/**
 * Who may import whom, read from the sources: arrows point one way, connectors reach the world only through their context, and
 * src never names a connector.
 */
const root = new URL("../../", import.meta.url);

interface Source {
  /** From the root of the repository: `src/pages/routes.ts`. */
  readonly path: string;
  readonly text: string;
}

function sourcesOf(folder: string): readonly Source[] {
  return readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file}`)
    .filter((path) => path.endsWith(".ts") && !path.startsWith("src/gen/"))
    .map((path) => ({ path, text: readFileSync(new URL(path, root), "utf8") }));
}

const isTest = ({ path }: Source) => path.endsWith(".test.ts");
const connectorNames = readdirSync(new URL("connectors/", root), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
  .map(({ name }) => name)
  // Its first copy often keeps the template's own name.
  .concat(template.name);

/** Files of the repository that a source imports. */
function filesImported({ path, text }: Source): readonly string[] {
  return readSource(text)
    .imports.filter((specifier) => specifier?.startsWith("."))
    .map((specifier) => new URL(specifier ?? "", new URL(path, "file:///")).pathname.slice(1));
}

function connectorProblems(source: Source): readonly string[] {
  const [, connector = ""] = source.path.split("/");
  const folder = new URL(`connectors/${connector}/`, root);
  return connectorLawProblems({ connector, folder, url: new URL(source.path, root), text: source.text });
}

/** The rooms of `src`, in order: a file imports, types included, from its own room and from those before it. */
const rooms = [
  "boot",
  "gen",
  "core",
  "telemetry",
  "security",
  "ledger",
  "connector",
  "web",
  "accounts",
  "payouts",
  "events",
  "notify",
  "pages",
  "dashboard",
  "edge",
  "config",
  "server.ts",
  "main.ts",
] as const;

/** Rooms that may use less than all that stands before them. */
const narrower: Readonly<Record<string, readonly string[]>> = {
  boot: [],
  edge: ["gen", "core", "telemetry", "security"],
};

/** Rooms of `src` that each folder beside it may use. Connectors have a law of their own. */
const product = rooms.filter((room) => room !== "main.ts");
const outside: Readonly<Record<string, readonly string[]>> = {
  connectors: product,
  kit: product,
  test: product,
  bench: product,
};

/** What a file may import of this repository, as its import law says. */
function allowedFor(path: string): (file: string) => boolean {
  const [top = "", room = ""] = path.split("/");
  if (top !== "src") return (file) => !file.startsWith("src/") || (outside[top] ?? []).includes(roomOf(file));
  const before = rooms.slice(0, rooms.indexOf(room as (typeof rooms)[number]));
  const allowed: readonly string[] = [room, ...(narrower[room] ?? before)];
  return (file) => file === "package.json" || (file.startsWith("src/") && allowed.includes(roomOf(file)));
}

function roomOf(file: string): string {
  return file.split("/")[1] ?? "";
}

function layerProblems(source: Source): readonly string[] {
  const isAllowed = allowedFor(source.path);
  const room = source.path.split("/").slice(0, 2).join("/");
  return filesImported(source)
    .filter((file) => !isAllowed(file))
    .map(
      (file) =>
        `${room} must not import ${file}. Arrows point one way: put what both need into a room before both.`,
    );
}

/** Prose in a longer string may give a connector as an example; code may not. */
function namingProblems({ text }: Source, names: readonly string[]): readonly string[] {
  const { code, strings } = readSource(text);
  return names
    .filter(
      (name) =>
        strings.some((each) => each.toLowerCase() === name) ||
        new RegExp(`\\b${name.replaceAll("-", "")}`, "i").test(code),
    )
    .map(
      (name) => `src must not name the connector ${name}. State the difference in the connector's own facts.`,
    );
}

function broken(
  sources: readonly Source[],
  problemsOf: (source: Source) => readonly string[],
): readonly string[] {
  return sources.flatMap((source) => problemsOf(source).map((problem) => `${source.path}: ${problem}`));
}

describe("the law holds", () => {
  const [src, connectors, test, kit, bench] = ["src", "connectors", "test", "kit", "bench"].map(
    sourcesOf,
  ) as [Source[], Source[], Source[], Source[], Source[]];

  it("for connectors, the template too", () => {
    const own = connectors.filter((source) => !isTest(source));
    expect(own.length).toBeGreaterThan(2);
    expect(broken(own, connectorProblems)).toEqual([]);
  });

  it("for the rooms of src, each of which is on the list", () => {
    const own = src.filter((source) => !isTest(source));
    expect(own.map(({ path }) => roomOf(path)).filter((room) => !rooms.includes(room as never))).toEqual([]);
    expect(broken([...own, ...connectors, ...test, ...kit, ...bench], layerProblems)).toEqual([]);
  });

  it("for the names of connectors in src", () => {
    const own = src.filter((source) => !isTest(source));
    expect(broken(own, (source) => namingProblems(source, connectorNames))).toEqual([]);
  });
});

describe("a connector's file is caught when it", () => {
  it.each<[string, string]>([
    [
      'import { createHttpClient } from "../../src/connector/http/client.ts";',
      "imports ../../src/connector/http/client.ts",
    ],
    ['import { x } from "../../src/ledger/ledger.ts";', "imports ../../src/ledger/ledger.ts"],
    ['import { x } from "../other/map.ts";', "imports ../other/map.ts"],
    ['export * from "../other/map.ts";', "imports ../other/map.ts"],
    ['const x = await import("../other/map.ts");', "imports ../other/map.ts"],
    ['const x = await import(name + ".ts");', "whose name is computed"],
    ['import fs from "node:fs";', "imports node:fs"],
    ['import fs from "fs";', "imports fs"],
    ['import { request } from "undici";', "imports undici"],
    ['import type { Pool } from "pg";', "imports pg"],
    ['import Other from "other-provider";', 'the provider\'s own SDK, whose name has "acme" in it'],
    ['await fetch("https://acme.example");', "uses fetch"],
    ["new WebSocket(url);", "uses WebSocket"],
    ["const at = Date.now();", "uses Date.now"],
    ["const at = new Date();", "uses new Date()"],
    ["const at = new Date;", "uses new Date()"],
    ["const at = Date();", "uses new Date()"],
    ["const id = Math.random();", "uses Math.random"],
    ["const id = crypto.randomUUID();", "uses crypto"],
    ["const key = process.env.KEY;", "uses process"],
    [`const text = \`at \${process.pid}\`;`, "uses process"],
    ["setTimeout(resolve, 5);", "uses setTimeout"],
    ["const at = performance.now();", "uses performance"],
    ["const web = globalThis.fetch;", "uses globalThis"],
    ["console.log(1);", "uses console"],
    ['const path = /"/; fetch(path); // "', "uses fetch"],
  ])("says %s", (text, words) => {
    expect(connectorProblems({ path: "connectors/acme/index.ts", text }).join()).toContain(words);
  });

  it("but not for the words of the same name", () => {
    const text = `
      // fetch, process and Date.now() in a comment; "import x from 'fs'" too
      /* new Date() */
      import { z } from "zod";
      import { create } from "@bufbuild/protobuf";
      import Acme from "acme-node";
      import type { Reply } from "../../src/connector/contract.ts";
      import { Currency } from "../../src/gen/types/money_pb.ts";
      import { map } from "./map.ts";
      const words = "fetch process crypto // setTimeout()" + 'new Date()' + \`import("fs")\`;
      const at = new Date(startedAtMs).toISOString() + Date.parse(text) + Math.round(1.5);
      const other = { process: 1, crypto: "usd", fetch: options.fetch, url: /https:\\/\\/"/ };
      const form = /^(process|fetch)\\(/.test(words);
      acme.process(order.performance);
    `;
    expect(connectorProblems({ path: "connectors/acme/index.ts", text })).toEqual([]);
  });
});

describe("a file of src is caught when", () => {
  it.each<[string, string, string]>([
    ["src/payouts/a.ts", 'import { x } from "../pages/b.ts";', "src/payouts must not import src/pages/b.ts"],
    [
      "src/payouts/deep/a.ts",
      'import type { X } from "../../events/b.ts";',
      "src/payouts must not import src/events/b.ts",
    ],
    ["src/events/a.ts", 'export { x } from "../pages/b.ts";', "src/events must not import src/pages/b.ts"],
    ["src/ledger/a.ts", 'import { x } from "../payouts/b.ts";', "src/ledger must not import"],
    ["src/core/a.ts", 'import { x } from "../ledger/b.ts";', "src/core must not import"],
    ["src/security/deep/a.ts", 'import { x } from "../../pages/b.ts";', "src/security must not import"],
    ["src/telemetry/a.ts", 'await import("../events/b.ts");', "src/telemetry must not import"],
    ["src/connector/a.ts", 'import { x } from "../payouts/b.ts";', "src/connector must not import"],
    ["src/edge/a.ts", 'import { x } from "../payouts/b.ts";', "src/edge must not import src/payouts/b.ts"],
    ["src/edge/a.ts", 'import { x } from "../ledger/b.ts";', "src/edge must not import src/ledger/b.ts"],
    ["src/edge/a.ts", 'import { x } from "../main.ts";', "src/edge must not import src/main.ts"],
    ["src/server.ts", 'import { x } from "./main.ts";', "src/server.ts must not import src/main.ts"],
    ["src/pages/a.ts", 'import { x } from "../../kit/b.ts";', "src/pages must not import kit/b.ts"],
    ["src/pages/a.ts", 'import { x } from "../../test/b.ts";', "src/pages must not import test/b.ts"],
    ["test/a.test.ts", 'import { x } from "../src/main.ts";', "test/a.test.ts must not import src/main.ts"],
    [
      "src/payouts/a.ts",
      'import acme from "../../connectors/acme/index.ts";',
      "src/payouts must not import connectors/acme",
    ],
  ])("%s says %s", (path, text, words) => {
    expect(layerProblems({ path, text }).join()).toContain(words);
  });

  it.each(['if (name === "easy-pay") pay();', "const easyPayKey = 1;", "import easypay from 'easypay';"])(
    "it says %s",
    (text) => {
      expect(namingProblems({ path: "src/edge/a.ts", text }, ["easy-pay"])).toHaveLength(1);
    },
  );

  it("but not for an example in a message or a comment", () => {
    const text = 'throw new Error("use x-connector: easy-pay"); // easy-pay, easyPay';
    expect(namingProblems({ path: "src/edge/a.ts", text }, ["easy-pay"])).toEqual([]);
    expect(layerProblems({ path: "src/pages/a.ts", text: 'import { x } from "../payouts/b.ts";' })).toEqual(
      [],
    );
  });
});
