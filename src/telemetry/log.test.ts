import { expect, test } from "vitest";
import { createLog, type LogLevel } from "./log.ts";

function lines(
  level: LogLevel,
  write: (log: ReturnType<typeof createLog>) => void,
): Record<string, unknown>[] {
  const written: string[] = [];
  write(createLog({ level, destination: { write: (line) => written.push(line) } }));
  return written.map((line) => JSON.parse(line));
}

test("one JSON object a line, with level, time and message", () => {
  const [line] = lines("info", (log) => log.info({ connector: "acme" }, "sent"));
  expect(line).toMatchObject({ level: "info", connector: "acme", message: "sent" });
  expect(Date.parse(String(line?.time))).toBeGreaterThan(0);
});

test("lines below the level are not written", () => {
  expect(lines("warn", (log) => log.info({}, "quiet"))).toEqual([]);
  expect(lines("silent", (log) => log.error({}, "quiet"))).toEqual([]);
});

test("names of secrets are masked, one level down too", () => {
  const [line] = lines("info", (log) =>
    log.info(
      { api_key: "sk_test_canary_1", headers: { authorization: "sk_test_canary_2", accept: "x" } },
      "oops",
    ),
  );
  expect(JSON.stringify(line)).not.toContain("sk_test_canary");
  expect(line).toMatchObject({ api_key: "[secret]", headers: { authorization: "[secret]", accept: "x" } });
});

test("an error is written with its stack and causes, and without its data", () => {
  const cause = Object.assign(new Error("no route"), { code: "EHOSTUNREACH" });
  const error = Object.assign(new Error("broke", { cause }), { response: "sk_test_canary" });
  const [line] = lines("info", (log) => log.error({ error }, "unhandled error in RPC handler"));
  expect(JSON.stringify(line)).not.toContain("sk_test_canary");
  expect(line?.error).toMatchObject({ type: "Error", cause: { code: "EHOSTUNREACH" } });
  expect(JSON.stringify(line?.error)).toContain("log.test.ts");
});

test("a syntax error does not quote what could not be read", () => {
  const [line] = lines("info", (log) => {
    try {
      JSON.parse("sk_test_canary");
    } catch (error) {
      log.error({ error }, "unreadable");
    }
  });
  expect(JSON.stringify(line)).not.toContain("canary");
});
