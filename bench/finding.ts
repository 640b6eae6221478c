/** One line of the bench's table. */
export interface Finding {
  /** Number of the row that found it. */
  readonly row: number;
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** The same of what it is compared with, measured in the same run; undefined where there is nothing to compare with. */
  readonly reference?: number | undefined;
  /** Absent where the number is there to explain others. */
  readonly target?: Target | undefined;
}

/** What a number is to reach. */
export interface Target {
  /** `value`: ours; `ratio`: ours divided by the reference; `difference`: ours minus the reference. */
  readonly of: "value" | "ratio" | "difference";
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** How a finding stands to its target. */
export interface Verdict {
  readonly met: boolean;
  /** What was compared with the limit. */
  readonly measured: number;
  /** By how many percent of the limit it was missed; 0 where it was met. */
  readonly missedByPercent: number;
}

/** Judges a finding; undefined where it has no target. */
export function judge(finding: Finding): Verdict | undefined {
  const { target } = finding;
  if (!target) return undefined;
  const measured = measures[target.of](finding);
  const excess = Math.max(
    measured - (target.atMost ?? Number.POSITIVE_INFINITY),
    (target.atLeast ?? Number.NEGATIVE_INFINITY) - measured,
  );
  const limit = target.atMost ?? target.atLeast ?? 0;
  return excess <= 0
    ? { met: true, measured, missedByPercent: 0 }
    : { met: false, measured, missedByPercent: (100 * excess) / limit };
}

/** Ours divided by the reference. */
export function ratioOf({ ours, reference = Number.NaN }: Finding): number {
  return ours / reference;
}

const measures: Readonly<Record<Target["of"], (finding: Finding) => number>> = {
  value: ({ ours }) => ours,
  ratio: ratioOf,
  difference: ({ ours, reference = Number.NaN }) => ours - reference,
};
