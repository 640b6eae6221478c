import { Currency } from "../gen/types/money_pb.ts";
import { invalidField } from "./failure.ts";

/** ISO 4217 code of a currency on the wire: `USD`. */
export function currencyCode(currency: Currency): string {
  return names.get(currency) ?? "";
}

const names = new Map<number, string>(Object.entries(Currency).map(([name, number]) => [number, name]));

/**
 * A minor amount as a number, for provider APIs that take JSON numbers.
 *
 * @throws Failure INVALID_DATA_FORMAT beyond 2^53 - 1, where a number would lose cents.
 */
export function safeMinorAmount(minorAmount: bigint): number {
  if (minorAmount > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw invalidField("amount.minor_amount", `Write at most ${Number.MAX_SAFE_INTEGER} for this connector.`);
  }
  return Number(minorAmount);
}

/** A minor amount as decimal text in major units, for provider APIs that take those: 1050 USD is `10.50`, 1050 JPY is `1050`. */
export function majorUnits(minorAmount: bigint, currency: string): string {
  const digits = minorDigits[currency] ?? 2;
  if (digits === 0) return minorAmount.toString();
  const text = minorAmount.toString().padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Currencies of ISO 4217 whose minor unit is not a hundredth. */
const minorDigits: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLF: 4,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};
