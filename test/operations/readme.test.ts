import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { renderReadmes } from "../../kit/readme.ts";

const root = new URL("../../", import.meta.url);
const readmes = await renderReadmes();
const docs = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md"));
const pagesWithLinks = [
  "README.md",
  "connectors/README.md",
  "src/core/README.md",
  ...docs.map((name) => `docs/${name}`),
];

it.each(readmes.map((each) => ({ ...each, path: fileURLToPath(each.file) })))(
  "$path has tables that say what the code says (npm run readme writes them)",
  ({ current, generated }) => expect(current).toBe(generated),
);

it("has every table", () => {
  const texts = Object.fromEntries(
    readmes.map(({ file, generated }) => [file.pathname.split("/").at(-1), generated]),
  );
  expect(readmes[0]?.generated).toContain("[stripe](connectors/stripe/README.md)");
  expect(texts["configuration.md"]).toContain("| `SLUICE_LISTEN` |");
  expect(texts["errors.md"]).toContain("| `OUTCOME_UNKNOWN` |");
  expect(texts["statuses.md"]).toContain("| `REQUIRES_FULFILLMENT` | `CLAIMED` |");
  expect(readmes[1]?.generated).toMatch(/\| `expires_in` \|.* yes \|/);
});

it.each(pagesWithLinks)("%s links only to files and headings that exist", (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

it("docs/architecture.md names only files that exist", () => {
  const text = readFileSync(new URL("docs/architecture.md", root), "utf8");
  const paths = [...text.matchAll(/`((?:src|test|connectors)\/[\w./-]+)`/g)].map(([, path = ""]) => path);
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

/** Links of a page to files that are not there, or to headings that the file does not have. */
function brokenLinks(page: string): readonly string[] {
  const here = new URL(page, root);
  const text = readFileSync(here, "utf8");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [path = "", heading] = target.split("#");
      const file = path === "" ? here : new URL(path, here);
      if (!existsSync(file)) return true;
      return heading !== undefined && !headingsOf(readFileSync(file, "utf8")).includes(heading);
    });
}

/** Anchors as GitHub makes them from headings. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
