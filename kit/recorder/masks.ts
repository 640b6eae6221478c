import { fakeLike } from "./fake-value.ts";

/** Values that need no mask. */
export interface Unmasked {
  /** Names of fields whose values may be seen. */
  readonly fields: ReadonlySet<string>;
  /** Values that the connector or the author of the fixture wrote down already. */
  readonly values: ReadonlySet<string>;
}

/** Real values and the fakes that stand for them: the same fake wherever a value comes. */
export interface Masks {
  /** Takes every value inside JSON that has to be hidden. */
  learn(json: unknown): void;
  /** Takes one value, with a fake of its own if one is given. */
  learnValue(value: string, fake?: string): void;
  /** A copy of JSON with fakes for the learnt values, in paths and longer texts too. */
  apply<T>(json: T): T;
  /** Learnt values that are still in a text. */
  leftIn(text: string): boolean;
}

/** Begins to mask. */
export function newMasks(unmasked: Unmasked): Masks {
  const fakes = new Map<string, string>();
  const learnValue = (value: string, fake = fakeOf(value, fakes)) =>
    void (fakes.has(value) || fakes.set(value, fake));
  const hide = (text: string) => fakes.get(text) ?? inLongerText(text, fakes);
  return {
    learnValue,
    learn: (json) => {
      const hidden = textsOf(json).filter(({ field, text }) => mustHide(field, text, unmasked));
      // Ids first, so that the URLs that name them name the fakes.
      for (const { text } of hidden) if (!isUrl(text)) learnValue(text);
      for (const { text } of hidden) if (isUrl(text)) learnValue(text);
    },
    apply: (json) => mapTexts(json, hide) as typeof json,
    leftIn: (text) =>
      [...fakes].some(([value, fake]) => isUnique(value) && value !== fake && text.includes(value)),
  };
}

function fakeOf(value: string, fakes: ReadonlyMap<string, string>): string {
  return isUrl(value) ? fakeUrl(value, fakes) : fakeLike(value, fakes.size + 1);
}

/** Keeps the protocol, plain words of the path, and names of the query. */
function fakeUrl(value: string, fakes: ReadonlyMap<string, string>): string {
  const { protocol, pathname, searchParams } = new URL(value);
  let count = fakes.size;
  const hide = (part: string) =>
    fakes.get(decodeURIComponent(part)) ?? (isPlain(part) ? part : fakeLike(part, ++count));
  const path = pathname.split("/").map(hide).join("/");
  const query = [...searchParams].map(([name, part]) => `${name}=${hide(part)}`).join("&");
  return `${protocol}//provider.example${path}${query && `?${query}`}`;
}

function mustHide(field: string, text: string, { fields, values }: Unmasked): boolean {
  if (text === "" || fields.has(field) || values.has(text)) return false;
  if (structural.some((form) => form.test(text))) return false;
  if (personal.test(field)) return true;
  return !(isPlain(text) || (/amount|total|fee|price|value/i.test(field) && /^\d+$/.test(text)));
}

/** Times, amounts, currencies and countries. */
const structural = [
  /^\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/,
  /^-?\d{1,12}\.\d{2}$/,
  /^[A-Z]{2,3}$/,
  /^(true|false)$/,
];

const personal =
  /name|mail|phone|street|address|line|city|holder|owner|birth|tax|memo|note|message|description|number/i;

/** A word such as `bank_account` or `PUSH_TO_CARD`, or a version. */
function isPlain(text: string): boolean {
  return /^([a-z]+([_.-][a-z]+)*|[A-Z]+(_[A-Z]+)*|v\d{1,2}|)$/.test(text) && text.length <= 40;
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function textsOf(json: unknown, field = ""): readonly { readonly field: string; readonly text: string }[] {
  if (typeof json === "string") return [{ field, text: json }];
  if (typeof json !== "object" || json === null) return [];
  if (Array.isArray(json)) return json.flatMap((item) => textsOf(item, field));
  return Object.entries(json).flatMap(([name, value]) => [
    ...(/\d/.test(name) && name.length >= minUnique ? [{ field, text: name }] : []),
    ...textsOf(value, name),
  ]);
}

function mapTexts(json: unknown, hide: (text: string) => string): unknown {
  if (typeof json === "string") return hide(json);
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((item) => mapTexts(item, hide));
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [hide(name), mapTexts(value, hide)]));
}

/** Only values that can hardly occur by chance are replaced inside longer texts. */
function inLongerText(text: string, fakes: ReadonlyMap<string, string>): string {
  const longestFirst = [...fakes]
    .filter(([value]) => isUnique(value))
    .toSorted(([a], [b]) => b.length - a.length);
  return longestFirst.reduce(
    (rest, [value, fake]) =>
      rest.replaceAll(value, fake).replaceAll(encodeURIComponent(value), encodeURIComponent(fake)),
    text,
  );
}

function isUnique(value: string): boolean {
  return value.length >= minUnique && /[\d@]/.test(value);
}

const minUnique = 6;
