import { readdir, readFile } from "node:fs/promises";
import { connectorLawProblems } from "../import-law.ts";
import type { Rule, Subject } from "../rule.ts";

/** The folder's code reaches the world through its context only. */
export const law: Rule = {
  name: "reaches the world only through its context",
  check: async ({ connector, folder }) =>
    (await sources(folder)).flatMap(({ file, url, text }) =>
      connectorLawProblems({ connector: connector.name, folder, url, text }).map(
        (problem) => `${file}: ${problem}`,
      ),
    ),
};

/** No file is longer than {@link maxLines}. */
export const size: Rule = {
  name: "keeps its files short",
  check: async ({ folder }) =>
    (await sources(folder)).flatMap(({ file, text }) => {
      const lines = text.split("\n").length - 1;
      return lines > maxLines ? [`${file}: it has ${lines} lines. Split it: ${maxLines} are the most.`] : [];
    }),
};

const maxLines = 300;

async function sources(folder: Subject["folder"]) {
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
  );
  return Promise.all(
    files.toSorted().map(async (file) => {
      const url = new URL(file, folder);
      return { file, url, text: await readFile(url, "utf8") };
    }),
  );
}
