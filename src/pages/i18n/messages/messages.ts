import type { en } from "./en.ts";

/** Everything that the pages say, in one language. `{names}` are filled in; each language has the same ones. */
export type Messages = typeof en;
