import type { Webhook } from "../../src/connector/contract.ts";
import { Secret } from "../../src/security/secret.ts";
import {
  headersOf,
  secretsOf,
  type WebhookChanges,
  type WebhookFixture,
  webhookRequest,
} from "../webhook-fixture.ts";

/** The problems when a valid fixture's webhook is verified after being forged, changed or made stale. */
export function forgeries(webhook: Webhook, fixture: WebhookFixture): readonly string[] {
  const accepts = (changes: WebhookChanges, secrets: readonly Secret[] = secretsOf(fixture)) =>
    webhook.verify(webhookRequest(fixture, changes), secrets);
  const other = new Secret("whsec_canary_of_another_account");
  const signing = signingHeaders(fixture, accepts);
  const problems: readonly (readonly [boolean, string])[] = [
    [accepts({}, [other]), "it is verified with another secret."],
    [accepts({}, []), "it is verified with no secret."],
    [accepts({ headers: {} }), "it is verified without its headers."],
    [
      signing.some((name) => accepts(twice(fixture, name))),
      "it is verified with two signatures. Refuse both.",
    ],
    [!accepts({}, [other, ...secretsOf(fixture)]), "it is refused when its secret is the second of two."],
    [!accepts({}, [...secretsOf(fixture), other]), "it is refused when its secret is the first of two."],
    [!fixture.secrets.every(isFake), 'write obvious fakes for secrets, with "canary" in them.'],
    ...(webhook.proves === "sender" ? [] : bodyProblems(fixture, signing, accepts)),
  ];
  return problems.flatMap(([isWrong, problem]) => (isWrong ? [problem] : []));
}

/** A signature must cover the body and the time. */
function bodyProblems(
  fixture: WebhookFixture,
  signing: readonly string[],
  accepts: Accepts,
): readonly (readonly [boolean, string])[] {
  return [
    [
      flippedBodies(fixture).some((body) => accepts({ body })),
      "it is verified with one bit of its body flipped.",
    ],
    [
      isTimed(fixture, signing, accepts) && accepts({ laterMs: dayMs }),
      "it is verified a day later. Compare the signed time with receivedAtMs.",
    ],
  ];
}

type Accepts = (changes: WebhookChanges, secrets?: readonly Secret[]) => boolean;

/** Headers without which a webhook is refused. */
function signingHeaders(fixture: WebhookFixture, accepts: Accepts): readonly string[] {
  const headers = headersOf(fixture);
  return Object.keys(headers).filter((name) => !accepts({ headers: { ...headers, [name]: [] } }));
}

function twice(fixture: WebhookFixture, name: string): WebhookChanges {
  const headers = headersOf(fixture);
  return { headers: { ...headers, [name]: [...(headers[name] ?? []), "other"] } };
}

/** Whether the provider signs the time: a number near that of the request, which cannot be changed. */
function isTimed(fixture: WebhookFixture, signing: readonly string[], accepts: Accepts): boolean {
  const receivedAtMs = Date.parse(fixture.receivedAt);
  const headers = headersOf(fixture);
  return signing.some((name) => {
    const [value = ""] = headers[name] ?? [];
    return [...value.matchAll(/\d{10,13}/g)].some(([digits]) => {
      const atMs = Number(digits) * (digits.length <= 11 ? 1000 : 1);
      const moved = value.replace(digits, String(Number(digits) + 1));
      return Math.abs(atMs - receivedAtMs) < dayMs && !accepts({ headers: { ...headers, [name]: [moved] } });
    });
  });
}

const dayMs = 24 * 60 * 60 * 1000;

/** The body with one bit flipped, at some places of it. */
function flippedBodies({ body }: WebhookFixture): readonly Uint8Array[] {
  const bytes = Buffer.from(body);
  const stride = Math.max(1, Math.floor(bytes.length / 50));
  return [...bytes.keys()]
    .filter((index) => index % stride === 0 || index === bytes.length - 1)
    .map((index) => {
      const flipped = Buffer.from(bytes);
      flipped[index] = (bytes[index] ?? 0) ^ 1;
      return flipped;
    });
}

function isFake(secret: string): boolean {
  const encoded = secret.slice(secret.lastIndexOf("_") + 1);
  return `${secret} ${Buffer.from(encoded, "base64")}`.includes("canary");
}
