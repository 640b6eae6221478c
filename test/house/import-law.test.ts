import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import template from "../../connectors/_template/index.ts";
import { connectorLawProblems } from "../../kit/import-law.ts";
import { readSource } from "../../kit/source-text.ts";

/**
 * Who may import whom, read from the sources: connectors reach the world only through their context, src never names a
 * connector, links, events and payouts do not know each other, and what lies below them does not know them.
 */
const root = new URL("../../", import.meta.url);

interface Source {
  /** From the root of the repository: `src/links/token.ts`. */
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
  return connectorLawProblems({ connector, url: new URL(source.path, root), text: source.text });
}

/** Where a folder's files may not reach. */
const closed: Readonly<Record<string, readonly string[]>> = {
  "src/links/": ["src/events/", "src/payouts/"],
  "src/events/": ["src/links/", "src/payouts/"],
  "src/payouts/": ["src/links/", "src/events/"],
  "src/ledger/": ["src/links/", "src/events/", "src/payouts/"],
  "src/security/": ["src/links/", "src/events/", "src/payouts/"],
  "src/telemetry/": ["src/links/", "src/events/", "src/payouts/"],
  "src/": ["connectors/", "test/", "bench/", "src/main.ts"],
  "connectors/": ["src/main.ts"],
  "test/": ["src/main.ts"],
};

function layerProblems(source: Source): readonly string[] {
  const imported = filesImported(source);
  return Object.entries(closed)
    .filter(([folder]) => source.path.startsWith(folder))
    .flatMap(([folder, others]) =>
      imported
        .filter((file) => others.some((other) => file.startsWith(other)))
        .map(
          (file) => `${folder} must not import ${file}. Put what both need into src/ledger or src/connector.`,
        ),
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
  const [src, connectors, test] = ["src", "connectors", "test"].map(sourcesOf) as [
    Source[],
    Source[],
    Source[],
  ];

  it("for connectors, the template too", () => {
    const own = connectors.filter((source) => !isTest(source));
    expect(own.length).toBeGreaterThan(2);
    expect(broken(own, connectorProblems)).toEqual([]);
  });

  it("for the layers of src", () => {
    expect(
      broken([...src.filter((source) => !isTest(source)), ...connectors, ...test], layerProblems),
    ).toEqual([]);
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
    ["src/links/a.ts", 'import { x } from "../events/b.ts";', "src/links/ must not import src/events/b.ts"],
    [
      "src/events/a.ts",
      'import type { X } from "../payouts/b.ts";',
      "src/events/ must not import src/payouts/b.ts",
    ],
    ["src/payouts/a.ts", 'export { x } from "../links/b.ts";', "src/payouts/ must not import src/links/b.ts"],
    ["src/ledger/a.ts", 'import { x } from "../payouts/b.ts";', "src/ledger/ must not import"],
    ["src/security/deep/a.ts", 'import { x } from "../../links/b.ts";', "src/security/ must not import"],
    ["src/telemetry/a.ts", 'await import("../events/b.ts");', "src/telemetry/ must not import"],
    ["src/edge/a.ts", 'import { x } from "../main.ts";', "src/ must not import src/main.ts"],
    ["test/a.test.ts", 'import { x } from "../../src/main.ts";', "test/ must not import src/main.ts"],
    [
      "src/payouts/a.ts",
      'import acme from "../../connectors/acme/index.ts";',
      "src/ must not import connectors/acme",
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
    expect(layerProblems({ path: "src/links/a.ts", text: 'import { x } from "../ledger/b.ts";' })).toEqual(
      [],
    );
  });
});
