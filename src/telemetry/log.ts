import { pino } from "pino";

/** Facts of a log line. Never headers, messages, credentials or anything of a recipient's. */
export type Facts = Readonly<Record<string, unknown>>;

/** The server's log, for its operator. An `error` among the facts is written with its stack. */
export interface Log {
  debug(facts: Facts, message: string): void;
  info(facts: Facts, message: string): void;
  warn(facts: Facts, message: string): void;
  error(facts: Facts, message: string): void;
  /** Whether lines of a level are written, for facts that are costly to gather. */
  isLevelEnabled(level: string): boolean;
}

/** Levels, from most to least verbose. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** A name in {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** Options of {@link createLog}. */
export interface LogOptions {
  readonly level: LogLevel;
  /** Takes whole lines; standard output if absent. */
  readonly destination?: { write(line: string): void };
}

/**
 * Makes the log: one JSON object a line, with `level`, `time` (ISO 8601) and `message`. Lines are written at once, so none
 * is lost when the process dies.
 */
export function createLog({ level, destination }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
      serializers: { error: describeError },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** A safety net: no code should pass these names to a log in the first place. */
const secretNames = new Set([
  "authorization",
  "cookie",
  "password",
  "secret",
  "token",
  "credentials",
  "api_key",
  "apiKey",
  "x-api-key",
  "x-auth",
  "x-connector-config",
  "access_token",
  "account_number",
  "card_number",
]);

/** Masks secret names among the facts and one level below. Copies only where it must: every line passes here. */
function withoutSecrets(facts: Record<string, unknown>, depth = 0): Record<string, unknown> {
  let masked: Record<string, unknown> | undefined;
  for (const name in facts) {
    const value = facts[name];
    const safe = secretNames.has(name)
      ? "[secret]"
      : depth === 0 && isPlain(value)
        ? withoutSecrets(value, 1)
        : value;
    if (safe === value) continue;
    masked ??= { ...facts };
    masked[name] = safe;
  }
  return masked ?? facts;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Name, code, message and stack of an error and its causes. Other properties may hold a recipient's data and are left out. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: stackOf(error),
    ...(error.cause !== undefined && depth < 3 ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}

function stackOf(error: Error): string {
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  // A syntax error quotes the text that could not be parsed, which may be a recipient's data.
  return error instanceof SyntaxError ? stack.replace(error.message, "(text withheld)") : stack;
}
