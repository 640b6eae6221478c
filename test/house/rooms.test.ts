import { describe, expect, it } from "vitest";
import { filesImported, folderOf, isTest, roomOf, type Source, sourcesOf } from "./sources.ts";

/** How `src` is cut: a reader would look for each file, sees a folder at a glance, and meets no two rooms that need each other. */
const LEAST_LINES = 40;
const MOST_FILES = 15;

/** Short files of at most one importer that stay, with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  "src/core/methods.ts": "It is the table of payout methods: a reader looks for it in the core.",
  "src/payouts/api/connector-service.ts": "It is one of the services, each of which has its file.",
  "src/security/api-key-command.ts": "It is a program, which `npm run api-key` starts.",
};

interface Finding {
  /** A file, a folder, or what it is that goes in a circle. */
  readonly about: string;
  readonly problem: string;
}

/** A file belongs to its only importer, unless it is long enough to be looked for or has a test beside it. */
function fragments(sources: readonly Source[]): readonly Finding[] {
  const paths = new Set(sources.map(({ path }) => path));
  const importers = importersOf(sources);
  return sources
    .filter(({ path }) => path.startsWith("src/") && path.endsWith(".ts"))
    .filter((source) => !isTest(source) && !paths.has(source.path.replace(/\.ts$/, ".test.ts")))
    .filter(({ path, text }) => lineCount(text) < LEAST_LINES && (importers[path]?.length ?? 0) < 2)
    .map(({ path, text }) => ({
      about: path,
      problem: `It has ${lineCount(text)} lines, no test and one importer: move it into ${importers[path] ?? "its user"}.`,
    }));
}

/** The files that import each file. Tests are none: they may look into anything. */
function importersOf(sources: readonly Source[]): Readonly<Record<string, readonly string[]>> {
  return collect(
    sources
      .filter((source) => !isTest(source))
      .flatMap((source) => filesImported(source).map((file) => [file, source.path] as const)),
  );
}

/** The different values of each key. */
function collect(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> {
  const groups = Object.groupBy(pairs, ([key]) => key);
  return Object.fromEntries(
    Object.entries(groups).map(([key, those = []]) => [key, [...new Set(those.map(([, value]) => value))]]),
  );
}

function lineCount(text: string): number {
  return text.trimEnd().split("\n").length;
}

function crowdedFolders(sources: readonly Source[]): readonly Finding[] {
  const files = sources.filter((source) => !isTest(source));
  return Object.entries(Object.groupBy(files, ({ path }) => folderOf(path)))
    .filter(([, those = []]) => those.length > MOST_FILES)
    .map(([folder, those = []]) => ({
      about: folder,
      problem: `It has ${those.length} sources: put those that belong together into folders, ${MOST_FILES} at most in each.`,
    }));
}

/** Places that can be reached from each other, types included. `placeOf` says where a file lies; undefined leaves it out. */
function circles(
  about: string,
  sources: readonly Source[],
  placeOf: (path: string) => string | undefined,
): readonly Finding[] {
  const arrows = collect(
    sources
      .filter((source) => !isTest(source))
      .flatMap(({ path, text }) =>
        filesImported({ path, text }).map((file) => [placeOf(path), placeOf(file)]),
      )
      .filter((arrow): arrow is [string, string] => !arrow.includes(undefined) && arrow[0] !== arrow[1]),
  );
  const reached = Object.fromEntries(Object.keys(arrows).map((place) => [place, reachedFrom(place, arrows)]));
  const groups = Object.keys(arrows)
    .filter((place) => reached[place]?.has(place))
    .map((place) => [...(reached[place] ?? [])].filter((other) => reached[other]?.has(place)).sort());
  return [...new Set(groups.map((places) => places.join(", ")))].map((places) => ({
    about,
    problem: `These need each other: ${places}. Let arrows point one way.`,
  }));
}

function reachedFrom(start: string, arrows: Readonly<Record<string, readonly string[]>>): Set<string> {
  const reached = new Set<string>();
  const pending = [...(arrows[start] ?? [])];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    if (!reached.has(place)) pending.push(...(arrows[place] ?? []));
    reached.add(place);
  }
  return reached;
}

function roomOfSrc(path: string): string | undefined {
  return path.startsWith("src/") ? roomOf(path) : undefined;
}

/** A file that lies in `src/payouts` itself is a place of its own. */
function placeInPayouts(path: string): string | undefined {
  return path.startsWith("src/payouts/") ? path.split("/").slice(0, 3).join("/") : undefined;
}

describe("src", () => {
  const all = sourcesOf("src", "kit", "connectors");
  const src = all.filter(({ path }) => path.startsWith("src/"));
  const findings = {
    [`has no file under ${LEAST_LINES} lines with a single importer`]: fragments(all),
    [`has no folder with more than ${MOST_FILES} sources`]: crowdedFolders(src),
    "has no rooms that need each other": circles("rooms of src", src, roomOfSrc),
    "has no folders of payouts that need each other": circles("folders of src/payouts", src, placeInPayouts),
  };

  it.each(Object.entries(findings))("%s", (_rule, found) => {
    const unexpected = found.filter(({ about }) => !(about in exceptions));
    expect(unexpected.map(({ about, problem }) => `${about}: ${problem}`)).toEqual([]);
  });

  it("has no exception that is mended: take it from the list", () => {
    const subjects = Object.values(findings)
      .flat()
      .map(({ about }) => about);
    expect(Object.keys(exceptions).filter((about) => !subjects.includes(about))).toEqual([]);
  });
});

const lines = "const line = 1;\n".repeat(LEAST_LINES);

function file(path: string, imported?: string, more = ""): Source {
  return { path, text: `${imported ? `import type { X } from "${imported}";\n` : ""}${more}` };
}

function subjects(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ about }) => about);
}

describe("a file is found that", () => {
  const short = file("src/a/short.ts");
  const user = file("src/a/user.ts", "./short.ts", lines);

  it("is short and has one importer, whatever else tests import", () => {
    expect(fragments([short, user])[0]?.problem).toContain("move it into src/a/user.ts");
    expect(subjects(fragments([short, user, file("src/a/user.test.ts", "./short.ts")]))).toEqual([
      short.path,
    ]);
    expect(subjects(fragments([short]))).toEqual([short.path]);
  });

  it.each<[string, readonly Source[]]>([
    ["has a second importer", [short, user, file("src/b/user.ts", "../a/short.ts", lines)]],
    [
      "has a second importer outside src",
      [short, user, file("connectors/acme/map.ts", "../../src/a/short.ts")],
    ],
    ["has a test of its own", [short, user, file("src/a/short.test.ts", "./short.ts")]],
    ["is long enough", [{ ...short, text: lines }, user]],
  ])("but not one that %s", (_case, sources) => {
    expect(fragments(sources)).toEqual([]);
  });
});

describe("a folder is found that", () => {
  const most = Array.from({ length: MOST_FILES }, (_, number) => file(`src/a/${number}.ts`));

  it("has too many sources, of which tests are none", () => {
    expect(crowdedFolders([...most, file("src/a/1.test.ts"), file("src/a/deep/b.ts")])).toEqual([]);
    expect(subjects(crowdedFolders([...most, file("src/a/more.ts")]))).toEqual(["src/a"]);
  });
});

describe("rooms are found that", () => {
  const forth = file("src/a/one.ts", "../b/one.ts");
  const on = file("src/b/one.ts", "../c/one.ts");
  const back = file("src/c/one.ts", "../a/two.ts");

  it("need each other, by way of a third too", () => {
    expect(circles("rooms", [forth, on, file("src/d/one.ts", "../a/one.ts")], roomOfSrc)).toEqual([]);
    expect(circles("rooms", [forth, on, back, file("src/d/one.ts", "../a/one.ts")], roomOfSrc)).toEqual([
      {
        about: "rooms",
        problem: "These need each other: src/a, src/b, src/c. Let arrows point one way.",
      },
    ]);
  });

  it("lie in payouts, whose loose files are places of their own", () => {
    const get = file("src/payouts/get.ts", "./links/a.ts");
    expect(circles("folders", [get, file("src/payouts/links/a.ts", "./b.ts")], placeInPayouts)).toEqual([]);
    expect(
      circles("folders", [get, file("src/payouts/links/b.ts", "../get.ts")], placeInPayouts),
    ).toHaveLength(1);
  });
});
