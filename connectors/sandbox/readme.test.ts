import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PayoutStatus } from "../../src/connector/contract.ts";
import { statuses } from "./objects.ts";
import { type Decline, type Outcome, outcomes } from "./outcomes.ts";

/** Without the spaces that align its tables. */
const readme = readFileSync(new URL("README.md", import.meta.url), "utf8").replaceAll(/ +/g, " ");

test("the README's table is made of the outcomes", () => {
  expect(readme).toContain(outcomes.map(row).join("\n"));
  expect(readme.match(/^\| [245]\d{3} /gm)).toHaveLength(outcomes.length);
});

test("the README's card numbers and IBANs pass the checks that forms make", () => {
  const cards = [...readme.matchAll(/\| (4000 0000 [\d ]+) \|/g)].map(([, card = ""]) =>
    card.replaceAll(" ", ""),
  );
  expect(cards.map(luhn)).toEqual(outcomes.map(() => 0));
  const ibans = [...readme.matchAll(/\| (GB[\w ]+) \|/g)].map(([, iban = ""]) => iban.replaceAll(" ", ""));
  expect(ibans.map(ibanRemainder)).toEqual(outcomes.map(() => 1n));
});

function row(outcome: Outcome): string {
  const account = `0000${outcome.code}`;
  const cells = [String(outcome.code), account, iban(account), card(outcome.code), effect(outcome)];
  return `| ${cells.join(" | ")} |`;
}

function effect({ progress, refusesPayment, refusesCall, fails }: Outcome): string {
  if (progress) {
    const { first, turn } = progress;
    if (turn === undefined) return statusName(first);
    const because = turn.because ? `, \`${turn.because.code}\`` : "";
    return `${statusName(first)}, after ${turn.afterMs / 1000} s ${statusName(turn.status)}${because}`;
  }
  if (refusesPayment) return `payment refused: ${refusal(refusesPayment)}`;
  if (refusesCall) return `every call refused: ${refusal(refusesCall)}`;
  if (fails?.retryAfterMs) return `\`PROVIDER_RATE_LIMITED\`, retry after ${fails.retryAfterMs / 1000} s`;
  return `\`OUTCOME_UNKNOWN\`: ${fails?.message}`;
}

const refusal = ({ status, code, reason }: Decline) => `${status} \`${code}\`, \`${reason}\``;
const statusName = (status: string) => names.get(statuses[status] ?? -1) ?? "";
const names = new Map<number, string>(Object.entries(PayoutStatus).map(([name, number]) => [number, name]));

function card(code: number): string {
  const body = `40000000${code}000`;
  return inFours(body + String((10 - luhn(`${body}0`)) % 10));
}

function luhn(number: string): number {
  const digits = [...number].reverse().map((digit, index) => Number(digit) * ((index % 2) + 1));
  return digits.reduce((sum, digit) => sum + (digit > 9 ? digit - 9 : digit), 0) % 10;
}

function iban(account: string): string {
  const rest = `SBOX000000${account}`;
  const checkDigits = 98n - ibanRemainder(`GB00${rest}`);
  return inFours(`GB${checkDigits.toString().padStart(2, "0")}${rest}`);
}

function ibanRemainder(iban: string): bigint {
  const moved = iban.slice(4) + iban.slice(0, 4);
  return BigInt(moved.replaceAll(/[A-Z]/g, (letter) => String(Number.parseInt(letter, 36)))) % 97n;
}

const inFours = (text: string) => text.replaceAll(/.{4}(?=.)/g, "$& ");
