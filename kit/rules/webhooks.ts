import { isDeepStrictEqual } from "node:util";
import type { Webhook } from "../../src/connector/contract.ts";
import type { Rule, Subject } from "../rule.ts";
import { headersOf, secretsOf, type WebhookFixture, webhookRequest } from "../webhook-fixture.ts";
import { describeError } from "./exactness.ts";
import { forgeries } from "./forgeries.ts";
import { malformedWebhooks } from "./malformed-webhooks.ts";

/** Plays every fixture of a webhook as written. */
export const webhooksAsWritten: Rule = {
  name: "reads webhooks exactly as its fixtures say",
  check: ({ connector: { webhook }, webhooks }) => {
    if (!webhook)
      return webhooks.length === 0
        ? []
        : ["There are fixtures of webhooks, which the connector does not read."];
    const examples = [
      webhooks.some(({ event }) => event)
        ? []
        : [
            "Write fixtures/webhook.<case>.json of a webhook that names a payout, signed as the provider does.",
          ],
      webhooks.some(({ refused }) => refused)
        ? []
        : ["Write fixtures/webhook.forged.json of a webhook that must be refused."],
    ];
    return [
      ...examples.flat(),
      ...webhooks.flatMap((fixture) => named(fixture, asWritten(webhook, fixture))),
    ];
  },
};

function asWritten(webhook: Webhook, fixture: WebhookFixture): readonly string[] {
  const verified = webhook.verify(webhookRequest(fixture), secretsOf(fixture));
  if (verified === Boolean(fixture.refused))
    return [verified ? "it is verified, and must be refused." : "it is refused, and must be verified."];
  if (fixture.refused) return [];
  try {
    const event = webhook.read(webhookRequest(fixture));
    return isDeepStrictEqual(event, fixture.event)
      ? []
      : [`it reads ${JSON.stringify(event)} where the fixture has ${JSON.stringify(fixture.event)}.`];
  } catch (error) {
    return [`reading it threw ${describeError(error)}`];
  }
}

/** Without the secret no webhook is accepted, and a captured one cannot be replayed for ever. */
export const forgedWebhooks: Rule = {
  name: "refuses webhooks that are forged, changed or stale",
  check: (subject) =>
    verified(subject).flatMap(({ webhook, fixture }) => named(fixture, forgeries(webhook, fixture))),
};

/** Anonymous peers reach the webhook endpoint: their requests must be refused, and nothing may break. */
export const withstandsMalformed: Rule = {
  name: "withstands malformed webhooks and new types of events",
  check: (subject) =>
    verified(subject).flatMap(({ webhook, fixture }) => named(fixture, breakages(webhook, fixture))),
};

function breakages(webhook: Webhook, fixture: WebhookFixture): readonly string[] {
  const problems = malformedWebhooks(fixture).flatMap(({ description, changes }) => {
    try {
      const verified = webhook.verify(webhookRequest(fixture, changes), secretsOf(fixture));
      return verified && webhook.proves !== "sender" ? [`with ${description} it is verified.`] : [];
    } catch (error) {
      return [`with ${description}, verify threw ${describeError(error)}. Return false.`];
    }
  });
  return [...new Set([...problems, ...newerProblems(webhook, fixture)])].slice(0, maxProblems);
}

const maxProblems = 5;

/** A new field changes nothing, and a new kind of event is not an error. */
function newerProblems(webhook: Webhook, fixture: WebhookFixture): readonly string[] {
  const { event, body } = fixture;
  if (!event || !body.startsWith("{")) return [];
  const withField = Buffer.from(body.replace("{", '{"a_new_field":{"nested":["value"]},'));
  const renamed = (text: string) => text.replaceAll(event.type, unknownType);
  const headers = Object.fromEntries(
    Object.entries(headersOf(fixture)).map(([name, values]) => [name, values.map(renamed)]),
  );
  try {
    const same = isDeepStrictEqual(webhook.read(webhookRequest(fixture, { body: withField })), event);
    webhook.read(webhookRequest(fixture, { headers, body: Buffer.from(renamed(body)) }));
    return same ? [] : ["with a new field in its body it reads another event."];
  } catch (error) {
    return [
      `a new field or type made read throw ${describeError(error)}. Return undefined for unknown types.`,
    ];
  }
}

const unknownType = "payout.an_event_that_does_not_exist";

function verified({ connector: { webhook }, webhooks }: Subject) {
  if (!webhook) return [];
  return webhooks.filter(({ refused }) => !refused).map((fixture) => ({ webhook, fixture }));
}

function named({ file }: WebhookFixture, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `${file}: ${problem}`);
}
