/** How much of a form is read: more than any of ours has. */
const MAX_FIELDS = 40;
const MAX_VALUE_LENGTH = 1000;

/** Fields of a form that was sent, by name. */
export type PostedForm = Readonly<Record<string, string>>;

/** Reads a form; undefined for what no form of ours sends: too many fields, one twice, a value that is too long. */
export function readPostedForm(body: string): PostedForm | undefined {
  const entries = [...new URLSearchParams(body)];
  const names = new Set(entries.map(([name]) => name));
  const isOurs =
    entries.length <= MAX_FIELDS &&
    names.size === entries.length &&
    entries.every(([, value]) => value.length <= MAX_VALUE_LENGTH);
  return isOurs ? Object.assign(Object.create(null), Object.fromEntries(entries)) : undefined;
}
