import type { z } from "zod";
import { invalidParameter } from "./api-error.ts";

/** Reads `a[b][0]=c` pairs, as v1 bodies and both versions' queries write them, into nested objects and arrays. */
export function readPairs(text: string): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null);
  if (text === "") return root;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== "");
    let node = root;
    for (const part of path.slice(0, -1)) {
      node[part] ??= Object.create(null);
      node = node[part] as Record<string, unknown>;
    }
    node[path.at(-1) ?? ""] = value;
  }
  return withArrays(root) as Record<string, unknown>;
}

/** Checks parameters by their schema. @throws ApiError as the API version words it. */
export function check<T>(api: "v1" | "v2", schema: z.ZodType<T>, parameters: unknown): T {
  const result = schema.safeParse(parameters);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  if (issue?.code === "unrecognized_keys") {
    const name = [path, issue.keys[0]].filter(Boolean).join(".");
    throw invalidParameter(api, name, `Received unknown parameter: ${name}`, "parameter_unknown");
  }
  const missing = issue?.code === "invalid_type" && issue.message.includes("received undefined");
  if (missing) throw invalidParameter(api, path, `Missing required param: ${path}.`, "parameter_missing");
  throw invalidParameter(api, path, `Invalid ${path}: ${issue?.message}`);
}

function withArrays(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withArrays(inner)] as const);
  const isArray = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isArray ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
