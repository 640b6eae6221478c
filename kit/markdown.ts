/** A table in Markdown. Cells are trusted, but for the bar that separates them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Tables by the names that a text's marks give. */
export type Tables = Readonly<Record<string, string>>;

/** A text whose sections between `<!-- name -->` and `<!-- end -->` are the tables of those names. Others stay as they are. */
export function withTables(text: string, tables: Tables): string {
  return text.replace(section, (whole, name: string) =>
    Object.hasOwn(tables, name) ? `<!-- ${name} -->\n${tables[name]}\n<!-- end -->` : whole,
  );
}

/** The names of a text's sections, in their order. */
export function tableNames(text: string): readonly string[] {
  return [...text.matchAll(section)].map(([, name = ""]) => name);
}

const section = /<!-- ([\w-]+) -->\n[\s\S]*?<!-- end -->/g;
