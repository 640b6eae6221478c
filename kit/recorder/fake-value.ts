/** A pattern of texts, and an obvious fake of the same form. `count` tells one fake from another. */
interface TextForm {
  readonly pattern: RegExp;
  fake(value: string, count: number): string;
}

/** An obvious fake of the same shape as a text: the address of a person, an id, words. URLs are not for this. */
export function fakeLike(value: string, count: number): string {
  const form = forms.find(({ pattern }) => pattern.test(value));
  return form ? form.fake(value, count) : `Text ${count}`;
}

/** The first that fits counts. */
const forms: readonly TextForm[] = [
  { pattern: /^[^@\s]+@[^@\s]+\.[^@\s]+$/, fake: (_, count) => `person${count}@example.com` },
  {
    pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    fake: (_, count) => `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`,
  },
  { pattern: /^\+?[\d ().-]{7,20}$/, fake: (value, count) => counted(value.replaceAll(/\d/g, "0"), count) },
  { pattern: /^[\w.~+/=:-]+$/, fake: fakeToken },
];

/** Keeps a prefix such as `lnk_`, which tells what kind of id it is. */
function fakeToken(value: string, count: number): string {
  const prefix = /^[a-z]+(_[a-z]+)*_(?=.)/.exec(value)?.[0] ?? "";
  const rest = value.slice(prefix.length);
  const isHexadecimal = /^[0-9a-f]+$/i.test(rest);
  const letters = isHexadecimal
    ? rest.replaceAll(/\w/g, "0")
    : rest.replaceAll(/[a-z]/g, "x").replaceAll(/[A-Z]/g, "X").replaceAll(/\d/g, "0");
  return prefix + counted(letters, count);
}

/** Ends in the count; longer than before where there is no room for it. */
function counted(text: string, count: number): string {
  const digits = String(count);
  return text.slice(0, Math.max(0, text.length - digits.length)) + digits;
}
