import { describe, expect, it } from "vitest";
import { readSource } from "../../kit/source-text.ts";
import { isTest, roomOf, type Source, sourcesOf } from "./sources.ts";

/**
 * One word, one thing, and the one that a payments engineer would say. Names are compared word by word: `fieldPrints`, `FIELD_PRINTS`
 * and `field-prints.ts` are all "field prints". Text in strings is free, since providers and browsers choose it.
 */
interface Jargon {
  readonly word: string;
  /** What names may not contain, of identifiers, files and folders. */
  readonly names: RegExp;
  /** What comments may not contain; absent where the word has an ordinary meaning there. */
  readonly comments?: RegExp;
  readonly instead: string;
  /** Paths where it counts; everywhere if absent. */
  readonly where?: RegExp;
}

const recipientPages = /^src\/(pages|web|notify|dashboard)\//;

const jargon: readonly Jargon[] = [
  {
    word: "asker",
    names: /\baskers?\b/,
    comments: /\baskers?\b/i,
    instead: "initiator",
  },
  {
    word: "print",
    // Alone it is what a program does with a line.
    names: /\b(fingerprint|prints)\b|\w print\b|\bprint (of|length)\b/,
    comments: /\bfingerprint|\b(the|a|its|field|these|whose) prints?\b/i,
    instead: "request hash, or field hash",
    where: /^src\//,
  },
  {
    word: "hazard",
    names: /\bhazards?\b/,
    comments: /\bhazards?\b/i,
    instead: "double-payment risk",
  },
  {
    word: "identity",
    names: /\bidentity\b/,
    comments: /\bidentit(y|ies)\b(?! provider)/i,
    instead: "dedupe key",
    where: /^src\/(ledger|payouts)\//,
  },
  {
    word: "standing",
    names: /\bstandings?\b/,
    comments: /\bstandings?\b/i,
    instead: "page state, or status in connectors",
  },
  {
    word: "visit",
    // The contract's LinkVisit is what a connector is told of a recipient who arrives.
    names: /^(?!link visit$).*\bvisits?\b/,
    instead: "page context",
    where: /^src\/(?!connector\/)/,
  },
  { word: "tongue", names: /\btongues?\b/, comments: /\btongues?\b/i, instead: "locale" },
  {
    word: "words",
    names: /\bwords\b/,
    comments: /`words\b|\bWords\b/,
    instead: "messages",
    where: recipientPages,
  },
  {
    word: "unit of work",
    names: /\bunits? of work\b/,
    comments: /\bunits? of work\b/i,
    instead: "transaction",
  },
  {
    word: "unit",
    names: /(?<!m(aj|in)or )\bunits?\b/,
    comments: /(?<!m(aj|in)or )\bunits?\b(?! of work)/i,
    instead: "transaction, or step where it is a part of one",
    where: /^src\/ledger\//,
  },
  {
    word: "ask",
    // A recipient is asked.
    names: /^ask\b(?! recipient)/,
    comments: /\bask(s|ed|ing)? (the |a |an |its |one |several )?(provider|connector|store|ledger|quer)/i,
    instead: "call for a provider, query for the store",
  },
  { word: "errand", names: /\berrands?\b/, comments: /\berrands?\b/i, instead: "provider call" },
  { word: "desk", names: /\bdesks?\b/, comments: /\bdesks?\b/i, instead: "link operations" },
  {
    word: "reception",
    names: /\breceptions?\b/,
    comments: /\breceptions?\b/i,
    instead: "page context",
  },
  {
    word: "settle",
    // Promises do too, and providers say it of money.
    names: /^(?!all settled$|promise settled result$).*\b(un)?settl(e|es|ed|ing)\b/,
    comments: /\b(un)?settl(e|es|ed|ing)\b/i,
    instead: "complete, or open for an attempt without an outcome",
    where: /^(src\/(?!connector\/)|kit\/)/,
  },
];

interface Finding {
  /** `room: word`, or `twice: Type`. */
  readonly about: string;
  readonly problem: string;
}

function jargonProblems({ path, text }: Source): readonly Finding[] {
  const { code, comments } = readSource(text);
  const identifiers = new Set(code.match(/[A-Za-z_$][\w$]*/g));
  const names = [...path.split("/"), ...identifiers];
  return jargon
    .filter(({ where }) => where?.test(path) ?? true)
    .flatMap((rule) => [
      ...names.filter((name) => rule.names.test(wordByWord(name))).map((name) => ({ rule, place: name })),
      ...comments.filter((text) => rule.comments?.test(text)).map((text) => ({ rule, place: text })),
    ])
    .map(({ rule: { word, instead }, place }) => ({
      about: `${roomOf(path)}: ${word}`,
      problem: `${path} says "${word}" in ${place.replace(/\s+/g, " ")}. Say ${instead}.`,
    }));
}

/** `askAll`, `ASK_ALL` and `ask-all.ts` are all "ask all". */
function wordByWord(name: string): string {
  return name
    .replace(/\.(test\.)?\w+$/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[-_]/g, " ")
    .toLowerCase();
}

/** Types that more than one file declares under the same name. What a file only passes on does not count. */
function namesTwice(sources: readonly Source[]): readonly Finding[] {
  const declared = sources.flatMap(({ path, text }) =>
    [...readSource(text).code.matchAll(declaration)].map(([, name = ""]) => ({ name, path })),
  );
  return Object.entries(Object.groupBy(declared, ({ name }) => name))
    .filter(([, those = []]) => those.length > 1)
    .map(([name, those = []]) => ({
      about: `twice: ${name}`,
      problem: `${name} is a type of ${those.map(({ path }) => path).join(" and ")}. Give each its own name.`,
    }));
}

const declaration =
  /\bexport\s+(?:default\s+|declare\s+|abstract\s+|const\s+)*(?:interface|type|class|enum)\s+(\w+)/g;

describe("the words of the house", () => {
  const sources = sourcesOf("src", "kit", "connectors");
  const found = sources.flatMap(jargonProblems);
  const twice = namesTwice(sources.filter((each) => each.path.startsWith("src/") && !isTest(each)));
  const problemsOf = (findings: readonly Finding[]) => findings.map(({ problem }) => problem);

  it("are a payments engineer's, in names, files and comments", () => {
    expect(problemsOf(found)).toEqual([]);
  });

  it("name one exported type each", () => {
    expect(problemsOf(twice)).toEqual([]);
  });
});

describe("jargon is found in", () => {
  it.each<[string, string, string]>([
    ["src/payouts/a.ts", 'const asker = "caller";', "asker"],
    ["src/payouts/a.ts", "/** Who the asker is. */", "asker"],
    ["src/payouts/a.ts", "const { fieldPrints } = attempt;", "print"],
    ["src/payouts/a.ts", "const FIELD_PRINT = 1;", "print"],
    ["src/payouts/request-prints.ts", "", "print"],
    ["src/payouts/a.ts", "// The prints are keyed.", "print"],
    ["src/payouts/a.ts", "type Fingerprint = string;", "print"],
    ["src/payouts/a.ts", "const hazardOf = 1;", "hazard"],
    ["src/ledger/a.ts", "const identity = dedupe();", "identity"],
    ["src/pages/standing.test.ts", "", "standing"],
    ["connectors/acme/map.ts", "const linkStanding = 1;", "standing"],
    ["src/pages/a.ts", "interface PageVisit {}", "visit"],
    ["src/pages/a.ts", "const text = `<p>$" + "{tongue.name}</p>`;", "tongue"],
    ["src/pages/a.ts", "const { words } = locale;", "words"],
    ["src/pages/failure-words.ts", "", "words"],
    ["src/events/a.ts", "// One unit of work.", "unit of work"],
    ["src/ledger/a.ts", "type UnitResult = 1;", "unit"],
    ["src/ledger/a.ts", "// Runs a unit again.", "unit"],
    ["src/payouts/a.ts", "await ask(connector);", "ask"],
    ["src/ledger/a.ts", "yield* askAll(queries);", "ask"],
    ["src/payouts/a.ts", "/** Asks the provider for more. */", "ask"],
    ["src/payouts/a.ts", "const errand = 1;", "errand"],
    ["src/payouts/desk/a.ts", "", "desk"],
    ["src/pages/a.ts", "/** The reception. */", "reception"],
    ["src/ledger/a.ts", "const unsettledAttempt = 1;", "settle"],
    ["src/payouts/a.ts", "// The attempt is settled.", "settle"],
  ])("%s with %s", (path, text, word) => {
    expect(jargonProblems({ path, text }).map(({ about }) => about)).toEqual([`${roomOf(path)}: ${word}`]);
  });

  it.each<[string, string]>([
    ["kit/a.ts", "print(line); // Prints a line."],
    ["src/core/a.ts", "const identityProvider = caller.identity; // The caller's identity."],
    ["connectors/acme/map.ts", "const identity = fingerprint(settled); // The provider settled it."],
    ["connectors/acme/map.ts", "function openLink(visit: LinkVisit) {}"],
    ["src/payouts/a.ts", "function openPage(link: LinkVisit) {} // A recipient's next visit."],
    ["src/connector/a.ts", "const words = text.split(space); // In the provider's words."],
    ["src/ledger/a.ts", "const minorUnits = 1n; // Amounts are minor units."],
    ["src/edge/a.ts", "const msPerUnit = 1; // The unit of a timeout."],
    ["src/payouts/a.ts", "const isAsked = askRecipient(); // The recipient is asked again."],
    ["src/events/a.ts", "await Promise.allSettled(running as PromiseSettledResult[]);"],
    ["src/payouts/a.ts", 'throw new Error("The asker has no standing"); import "../pages/standing.ts";'],
  ])("but not in %s with %s", (path, text) => {
    expect(jargonProblems({ path, text })).toEqual([]);
  });
});

describe("an exported type is found twice", () => {
  const file = (path: string, text: string): Source => ({ path, text });
  const first = file("src/a/one.ts", "export interface Outcome {}");

  it.each(["type Outcome = 1", "class Outcome {}", "enum Outcome {}", "declare abstract class Outcome {}"])(
    "as export %s",
    (text) => {
      expect(namesTwice([first, file("src/b/two.ts", `export ${text}`)])).toHaveLength(1);
    },
  );

  it.each([
    'export type { Outcome } from "../a/one.ts";',
    "interface Outcome {}",
    "// export interface Outcome {}",
    "export const Outcome = 1;",
  ])("but not as %s", (text) => {
    expect(namesTwice([first, file("src/b/two.ts", text)])).toEqual([]);
  });
});
