import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  ScalarType,
} from "@bufbuild/protobuf";
import { Failure, invalidField } from "../../core/failure.ts";

/** Explains why JSON could not be read as a message: names the field by its path and says what to write instead. */
export function explainJson(schema: DescMessage, text: string): Failure {
  let json: JsonValue;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return malformedJson(schema, error);
  }
  return faultOf(schema, json, "");
}

/** Names the place where the JSON breaks off and quotes nothing, because the text may be a recipient's data. */
function malformedJson(schema: DescMessage, error: unknown): Failure {
  const place = /line \d+ column \d+/.exec(error instanceof Error ? error.message : "")?.[0] ?? "its end";
  return new Failure(
    "INVALID_DATA_FORMAT",
    `Invalid data format: the body is not JSON, as can be seen at ${place}. ` +
      `Write ${schema.typeName} as a JSON object, with names and texts in double quotes; {} is an empty one.`,
  );
}

function faultOf(schema: DescMessage, json: JsonValue, path: string): Failure {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return faultOfBody(path, `Write ${exampleOf(schema)}.`);
  }
  for (const [name, value] of Object.entries(json)) {
    const here = path ? `${path}.${name}` : name;
    const field = schema.fields.find((each) => each.name === name || each.jsonName === name);
    if (!field) return unknownField(schema, name, here);
    if (!reads(schema, { [name]: value })) return faultOfField(field, value, here);
  }
  return faultOfBody(path, "Set each field, and one of each oneof, at most once.");
}

/** The error of a message as a whole; the outermost has no field to name. */
function faultOfBody(path: string, hint: string): Failure {
  return path
    ? invalidField(path, hint)
    : new Failure("INVALID_DATA_FORMAT", `Invalid data format: the body. ${hint}`);
}

function faultOfField(field: DescField, json: JsonValue, path: string): Failure {
  if (field.fieldKind === "list") return faultOfList(field, json, path);
  if (field.fieldKind === "enum") return unknownValue(field.enum, json, path);
  const nested = field.fieldKind === "message" && !isWellKnown(field.message) ? field.message : undefined;
  return nested ? faultOf(nested, json, path) : invalidField(path, `Write ${exampleOfField(field)}.`);
}

function faultOfList(field: DescField & { fieldKind: "list" }, json: JsonValue, path: string): Failure {
  if (!Array.isArray(json)) return invalidField(path, `Write a list, such as [${exampleOfField(field)}].`);
  const index = json.findIndex((item) => !reads(field.parent, { [field.name]: [item] }));
  const item = json[index] ?? null;
  const here = `${path}[${index}]`;
  if (field.listKind === "enum") return unknownValue(field.enum, item, here);
  const nested = field.listKind === "message" && !isWellKnown(field.message) ? field.message : undefined;
  return nested ? faultOf(nested, item, here) : invalidField(here, `Write ${exampleOfField(field)}.`);
}

function unknownField(schema: DescMessage, name: string, path: string): Failure {
  const names = schema.fields.map((field) => field.name);
  const meant = closest(name, names);
  const advice = meant ? `Did you mean ${meant}? ` : "";
  return invalidField(
    path.slice(0, 200),
    `${schema.typeName} has no such field. ${advice}It has ${listed(names)}.`,
  );
}

function unknownValue(schema: DescEnum, json: JsonValue, path: string): Failure {
  const names = schema.values.filter(({ number }) => number !== 0).map(({ name }) => name);
  const meant = typeof json === "string" ? closest(json, names) : undefined;
  const advice = meant ? `Did you mean ${meant}? ` : "";
  return invalidField(path, `${advice}Write one of ${listed(names)}.`);
}

/** The candidate that a mistyped name most likely meant; undefined where none is near. Case does not count. */
function closest(name: string, candidates: readonly string[]): string | undefined {
  const typed = name.toLowerCase().slice(0, 64);
  const limit = Math.max(1, Math.floor(typed.length / 3));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(typed, candidate.toLowerCase());
    if (distance <= limit && (!best || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Letters to insert, delete or replace to make one text of the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

const namesListed = 20;

function listed(names: readonly string[]): string {
  const more = names.length - namesListed;
  const first = names.slice(0, namesListed).join(", ");
  return more > 0 ? `${first} and ${more} more (see the schema)` : first;
}

function reads(schema: DescMessage, json: JsonValue): boolean {
  try {
    fromJson(schema, json);
    return true;
  } catch {
    return false;
  }
}

function isWellKnown({ typeName }: DescMessage): boolean {
  return typeName.startsWith("google.protobuf.");
}

const wellKnownExamples: Readonly<Record<string, string>> = {
  "google.protobuf.Duration": 'seconds followed by s, such as "3600s"',
  "google.protobuf.Timestamp": 'a time in RFC 3339, such as "2026-11-20T12:00:00Z"',
};

function exampleOf(schema: DescMessage): string {
  const [first] = schema.fields;
  if (!first) return "an object: {}";
  return `an object, such as {"${first.name}": …}${schema.fields.length === 1 ? "" : ` (${schema.typeName})`}`;
}

function exampleOfField(field: DescField): string {
  if (field.fieldKind === "map") return 'an object of texts, such as {"key": "value"}';
  if (field.message) return wellKnownExamples[field.message.typeName] ?? exampleOf(field.message);
  return scalarExamples[field.scalar ?? ScalarType.STRING] ?? "a number";
}

const wholeNumber = (range: string): string => `a whole number ${range}, such as 1000 or "1000"`;
const signed64 = wholeNumber("between -9223372036854775808 and 9223372036854775807");
const signed32 = wholeNumber("between -2147483648 and 2147483647");
const unsigned64 = wholeNumber("between 0 and 18446744073709551615");
const unsigned32 = wholeNumber("between 0 and 4294967295");

const scalarExamples: Readonly<Partial<Record<ScalarType, string>>> = {
  [ScalarType.STRING]: 'a text in double quotes, such as "abc"',
  [ScalarType.BOOL]: "true or false, without quotes",
  [ScalarType.BYTES]: 'bytes in base64, such as "aGk="',
  [ScalarType.INT64]: signed64,
  [ScalarType.SINT64]: signed64,
  [ScalarType.SFIXED64]: signed64,
  [ScalarType.UINT64]: unsigned64,
  [ScalarType.FIXED64]: unsigned64,
  [ScalarType.INT32]: signed32,
  [ScalarType.SINT32]: signed32,
  [ScalarType.SFIXED32]: signed32,
  [ScalarType.UINT32]: unsigned32,
  [ScalarType.FIXED32]: unsigned32,
};
