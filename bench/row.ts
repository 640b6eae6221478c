import type { Finding } from "./finding.ts";
import type { Workshop } from "./workshop.ts";

/** A finding, before its row has a number. */
export type RowFinding = Omit<Finding, "row">;

/** One question of the bench. Answers it with one finding or several. */
export type Row = (workshop: Workshop) => Promise<readonly RowFinding[]>;
