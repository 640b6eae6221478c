import { z } from "zod";
import type { State } from "./state.ts";

/** The context of a handler, besides its checked parameters. */
export interface Target {
  readonly state: State;
  /** Ids in the path, in order. */
  readonly ids: readonly string[];
  /** Of Stripe-Account or Stripe-Context. */
  readonly account: string | undefined;
}

/** An endpoint: its method and path, its parameters, and its handler. */
export interface Route {
  readonly method: "GET" | "POST";
  /** `:id` stands for an id. */
  readonly path: string;
  readonly parameters: z.ZodType;
  readonly handle: (parameters: never, target: Target) => object;
}

/** Describes an endpoint, with its parameters' type. */
export function route<T>(
  method: "GET" | "POST",
  path: string,
  parameters: z.ZodType<T>,
  handle: (parameters: T, target: Target) => object,
): Route {
  return { method, path, parameters, handle };
}

/** Metadata: at most 50 entries of 40 and 500 characters. An empty value removes the key where an object is updated. */
export const metadata = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((entries) => Object.keys(entries).length <= 50, "at most 50 keys");

/** A three-letter currency in lower case. */
export const currency = z.string().regex(/^[a-z]{3}$/);

/** A v2 amount: 8 digits at most. */
export const amount = z.strictObject({ value: z.int().positive().max(99_999_999), currency });

/** Page size in a v2 or v1 query. */
export const limit = z
  .string()
  .regex(/^([1-9][0-9]?|100)$/)
  .optional();

/** A URL that Stripe sends people to. */
export const webUrl = z.string().regex(/^https?:\/\/[^\s]+$/);

/** A v1 amount: minor units, 8 digits at most, as form text. */
export const minorAmount = z.string().regex(/^[1-9][0-9]{0,7}$/);
