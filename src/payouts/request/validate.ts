import type { DescEnum, DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { supportedRpcs, supports } from "../../connector/capability.ts";
import { type Connector, currencyCode, type Operation } from "../../connector/contract.ts";
import type { Registry } from "../../connector/registry.ts";
import { Failure, invalidField, missingField } from "../../core/failure.ts";
import { operations } from "../../core/operations.ts";
import { checkLinkOptions } from "./link-options.ts";
import { type PayoutRequest, rpcs } from "./payout-request.ts";

/**
 * Checks what holds for every connector, before anything is looked up or sent.
 *
 * @throws Failure that names the field and says what to write.
 */
export function validate(
  operation: Operation,
  request: PayoutRequest,
  connector: Connector,
  registry: Registry,
): void {
  if (!supports(connector, operation)) throw unsupported(operation, connector, registry);
  checkId("merchant_payout_id", request.merchantPayoutId);
  checkId("merchant_quote_id", request.merchantQuoteId);
  checkId("connector_payout_id", request.connectorPayoutId);
  checkEnums(rpcs[operation].input, request);
  checkAmount(operation, request, connector);
  checkWebhookUrl(request.webhookUrl);
  if (operation === "createRecipient" && !request.recipientType) {
    throw missingField(
      "recipient_type",
      "Write INDIVIDUAL or COMPANY, or another value of PayoutRecipientType.",
    );
  }
  if (
    (operation === "get" || operation === "void") &&
    !request.merchantPayoutId &&
    !request.connectorPayoutId
  ) {
    throw missingField(
      "merchant_payout_id",
      "Write the merchant_payout_id or the connector_payout_id of the payout.",
    );
  }
  if (request.linkOptions) checkLinkOptions(request.linkOptions, connector, registry);
}

function checkId(field: string, id: string | undefined): void {
  if (id === undefined || /^[^\p{C}]{1,255}$/u.test(id)) return;
  const hint =
    id === ""
      ? "It is empty: leave it out, or write your id of the payout."
      : "Write 1 to 255 visible characters.";
  throw invalidField(field, hint);
}

const MONEY_EXAMPLE = '"amount":{"minor_amount":1000,"currency":"USD"}';

function checkAmount(operation: Operation, request: PayoutRequest, connector: Connector): void {
  const { needsAmount } = operations[operation];
  const { amount, destinationCurrency } = request;
  if (amount) {
    if (amount.currency === 0) throw invalidField("amount.currency", "Write an ISO 4217 code, such as USD.");
    if (amount.minorAmount <= 0n) {
      throw invalidField(
        "amount.minor_amount",
        `Write a whole number above zero, in minor units: 1000 is 10.00 USD. It was ${amount.minorAmount}.`,
      );
    }
  } else if (needsAmount) {
    throw missingField("amount", `Write ${MONEY_EXAMPLE}, in minor units of the currency.`);
  }
  if (!destinationCurrency) {
    if (needsAmount) throw missingField("destination_currency", "Write an ISO 4217 code, such as USD.");
    return;
  }
  const code = currencyCode(destinationCurrency);
  if (connector.currencies && !connector.currencies.includes(code)) {
    throw invalidField(
      "destination_currency",
      `${connector.name} does not pay in ${code}. It pays in: ${connector.currencies.join(", ")}.`,
    );
  }
}

function checkWebhookUrl(url: string | undefined): void {
  if (url === undefined) return;
  if (url.length <= 2048 && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw invalidField("webhook_url", "Write a URL that begins with https://, of at most 2048 characters.");
}

/** The connector cannot do it, or not any more. The message says what it can do, and who can do this. */
export function unsupported(operation: Operation, connector: Connector, registry: Registry): Failure {
  const { rpc } = operations[operation];
  if (supports(connector, operation)) {
    const message = `${connector.name} supports ${rpc} of links that have not been paid, and cannot call a payment back. Ask Get where the payout is.`;
    return new Failure("UNSUPPORTED_OPERATION", message);
  }
  const others = registry.list().filter((other) => supports(other, operation));
  const elsewhere =
    others.length > 0 ? ` ${rpc} is supported by: ${others.map(({ name }) => name).join(", ")}.` : "";
  const why =
    operation === "createLink" && connector.transfer
      ? " Its methods are not listed, so no page could ask its recipients for their details."
      : "";
  return new Failure(
    "UNSUPPORTED_OPERATION",
    `${connector.name} does not support ${rpc}.${why} It supports: ${supportedRpcs(connector).join(", ")}.${elsewhere}`,
  );
}

/**
 * Refuses enum numbers that the schema does not have, and a zero that was sent where zero says nothing: the wire lets
 * both through.
 *
 * @throws Failure INVALID_DATA_FORMAT naming the field and the values it can have.
 */
export function checkEnums(schema: DescMessage, message: Message, path = ""): void {
  const values = message as unknown as Readonly<Record<string, unknown>>;
  for (const member of schema.members) {
    if (member.kind === "oneof") {
      const chosen = values[member.localName] as { case?: string; value?: unknown };
      const field = member.fields.find((each) => each.localName === chosen.case);
      if (field) checkField(field, chosen.value, path);
    } else if (values[member.localName] !== undefined) {
      checkField(member, values[member.localName], path);
    }
  }
}

/** google.protobuf.FeatureSet.FieldPresence.EXPLICIT: the field is `optional`, so a zero was written on purpose. */
const EXPLICIT = 1;

function checkField(field: DescField, value: unknown, path: string): void {
  const name = path === "" ? field.name : `${path}.${field.name}`;
  if (field.message && field.fieldKind !== "map") {
    for (const item of field.fieldKind === "list" ? (value as readonly Message[]) : [value as Message]) {
      checkEnums(field.message, item, name);
    }
  }
  if (!field.enum || field.fieldKind === "map") return;
  if (field.fieldKind === "list") {
    for (const item of value as readonly number[]) checkValue(field.enum, item, name);
  } else if (value !== 0 || field.presence === EXPLICIT) {
    checkValue(field.enum, value as number, name);
  }
}

function checkValue(schema: DescEnum, value: number, name: string): void {
  if (value !== 0 && schema.value[value]) return;
  const known = schema.values.filter((each) => each.number !== 0).map((each) => each.name);
  const hint =
    known.length > 12
      ? `one of the ${known.length} values of ${schema.typeName}, such as ${known[0]}`
      : known.join(", ");
  throw invalidField(name, `Write ${hint}.`);
}
