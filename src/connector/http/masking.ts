import { Secret } from "../../security/secret.ts";

const mask = "[masked]";

/**
 * A copy of a body for the log: names stay, every value is masked except those of the fields in `visible`. A body that is
 * not JSON is masked whole.
 */
export function maskBody(body: unknown, visible: readonly string[] = []): unknown {
  return maskValue(body, new Set(visible), 0);
}

function maskValue(value: unknown, visible: ReadonlySet<string>, depth: number): unknown {
  if (value === null || value === undefined) return value;
  if (typeof value !== "object" || depth > maxDepth) return mask;
  if (Array.isArray(value)) return value.map((item) => maskValue(item, visible, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      visible.has(name) && typeof item !== "object" ? item : maskValue(item, visible, depth + 1),
    ]),
  );
}

const maxDepth = 12;

/**
 * A path for logs and metrics: without its query, and with every segment that may be an id or a value as `:id`. One that
 * is a secret is not shown even if it looks like a word.
 */
export function maskPath(path: string, secrets: readonly string[] = []): string {
  const [bare = ""] = path.split("?", 1);
  const hidden = secrets.map(encodeURIComponent);
  const isShown = (segment: string) => plainSegment.test(segment) && !hidden.includes(segment);
  return bare
    .split("/")
    .map((segment) => (segment === "" || isShown(segment) ? segment : ":id"))
    .join("/");
}

/** Versions, and lower-case words joined by hyphens or underscores. Anything with a digit or capital may be an id. */
const plainSegment = /^(v\d{1,2}|[a-z]{1,24}([-_][a-z]{1,24}){0,3})$/;

/** The values of every {@link Secret} in credentials, for {@link removeSecrets}. Those too short to be one are left out. */
export function secretValues(credentials: unknown): readonly string[] {
  if (credentials instanceof Secret) {
    const value = credentials.reveal();
    return value.length >= minSecretLength ? [value] : [];
  }
  if (typeof credentials !== "object" || credentials === null) return [];
  return Object.values(credentials).flatMap(secretValues);
}

/** A shorter value could be part of an ordinary word. */
const minSecretLength = 8;

/**
 * Parts of headers that contain an encoded secret: `Basic …` has a password in base64, and a provider may repeat it as it
 * was sent. Parts that are a secret themselves are among {@link secretValues}.
 */
export function wrappedSecrets(
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[],
): readonly string[] {
  const parts = Object.values(headers).flatMap((value) => value.split(" "));
  return parts.filter((part) => {
    const plain = Buffer.from(part, "base64").toString();
    return secrets.some((secret) => plain.includes(secret));
  });
}

/** Text without the secrets: some providers repeat a wrong key in their error message. Those that JSON has escaped go too. */
export function removeSecrets(text: string, secrets: readonly string[]): string {
  const isEscaped = text.includes("\\");
  return secrets.reduce((rest, value) => {
    const plain = rest.includes(value) ? rest.replaceAll(value, mask) : rest;
    return isEscaped ? plain.replaceAll(escapedForms(value), mask) : plain;
  }, text);
}

/** A text as JSON may write it: any of its characters as `\u003d`, and some behind a backslash. */
function escapedForms(text: string): RegExp {
  const forms = text.split("").map((character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    const itself = character.replace(/[^\w]/, "\\$&");
    const digits = code.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:\\\\?${itself}|\\\\u${digits})`;
  });
  return new RegExp(forms.join(""), "g");
}
