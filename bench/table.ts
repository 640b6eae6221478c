import { type Finding, judge, ratioOf, type Target } from "./finding.ts";

/** The findings as a table of text. */
export function table(findings: readonly Finding[]): string {
  const rows = [heads, ...findings.map(cells)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        (column === 1 || column > 4 ? cell.padEnd : cell.padStart).call(cell, widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(heads), rule, ...rows.slice(1).map(line)].join("\n");
}

const heads = ["row", "what", "ours", "reference", "ratio", "target", "result"];

function cells(finding: Finding): readonly string[] {
  const { row, what, unit, ours, reference } = finding;
  return [
    String(row),
    what,
    `${rounded(ours)} ${unit}`,
    reference === undefined ? "" : `${rounded(reference)} ${unit}`,
    reference ? ratioOf(finding).toFixed(2) : "",
    finding.target ? targetText(finding.target, unit) : "",
    resultText(finding),
  ];
}

function targetText({ of, atMost, atLeast }: Target, unit: string): string {
  const sign = atMost === undefined ? "≥" : "≤";
  const limit = atMost ?? atLeast ?? 0;
  if (of === "ratio") return `${sign} ${limit}×`;
  return of === "difference" ? `${sign} +${limit} ${unit}` : `${sign} ${limit.toLocaleString("en")} ${unit}`;
}

function resultText(finding: Finding): string {
  const verdict = judge(finding);
  if (!verdict) return "";
  return verdict.met ? "met" : `missed by ${rounded(verdict.missedByPercent)} %`;
}

function rounded(number: number): string {
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  return number.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
