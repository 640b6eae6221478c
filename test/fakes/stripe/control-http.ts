import type { Control } from "./control.ts";
import type { ApiReply } from "./endpoints.ts";

/**
 * The control over HTTP, for a fake that runs by itself: `POST /_fake/<method>` with a JSON array of arguments, such as
 * `curl -d '["acct_…"]' http://127.0.0.1:12111/_fake/completeOnboarding`.
 */
export function answerControl(control: Control, path: string, body: string): ApiReply {
  const name = path.slice("/_fake/".length);
  if (!Object.hasOwn(control, name)) return json(404, { methods: Object.keys(control) });
  const member = control[name as keyof Control];
  if (typeof member !== "function") return json(200, member);
  try {
    const call = member as (...values: unknown[]) => unknown;
    return json(200, call(...readArguments(body)) ?? { done: name });
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function readArguments(body: string): unknown[] {
  const values: unknown = body === "" ? [] : JSON.parse(body);
  return Array.isArray(values) ? values : [values];
}

function json(status: number, body: unknown): ApiReply {
  const text = JSON.stringify(body, writeMaps, 2);
  return { status, headers: { "content-type": "application/json" }, body: `${text}\n` };
}

function writeMaps(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
