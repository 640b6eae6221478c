import { isFieldSet, type MessageShape } from "@bufbuild/protobuf";
import { hasClaimForm, linkOptionsOf } from "../../connector/capability.ts";
import type { Connector } from "../../connector/contract.ts";
import type { Registry } from "../../connector/registry.ts";
import { colorForm, contrastOf, MAX_BRAND_NAME_LENGTH, READABLE_CONTRAST } from "../../core/branding.ts";
import { Failure, invalidField } from "../../core/failure.ts";
import {
  type Branding,
  Fulfilment,
  type LinkOptions,
  LinkOptionsSchema,
  PayoutMethodKindSchema,
} from "../../gen/sluice/v1/link_pb.ts";

const MAX_LIFETIME_SECONDS = 365n * 24n * 60n * 60n;

/**
 * Checks that the connector honours every option that is set, and that its value can be used.
 *
 * @throws Failure UNSUPPORTED_OPTION naming the option and the connectors that have it; INVALID_DATA_FORMAT otherwise.
 */
export function checkLinkOptions(options: LinkOptions, connector: Connector, registry: Registry): void {
  for (const field of LinkOptionsSchema.fields) {
    if (!isFieldSet(options, field)) continue;
    if (!linkOptionsOf(connector).includes(field.name))
      throw unsupportedOption(field.name, connector, registry);
    const fault = rules[field.name]?.(options, connector);
    if (fault) throw invalidField(`link_options.${fault.field ?? field.name}`, fault.hint);
  }
}

function unsupportedOption(name: string, connector: Connector, registry: Registry): Failure {
  const others = registry.list().filter((other) => linkOptionsOf(other).includes(name));
  const elsewhere =
    others.length > 0
      ? `it is supported by: ${others.map((other) => other.name).join(", ")}`
      : "no connector here supports it";
  return new Failure(
    "UNSUPPORTED_OPTION",
    `${connector.name} does not support link_options.${name}; ${elsewhere}. Leave it out or use another connector.`,
    { field: `link_options.${name}` },
  );
}

type Options = MessageShape<typeof LinkOptionsSchema>;

/** What a value must be, by option. An option without a row takes any value of its type. */
const rules: Readonly<Record<string, (options: Options, connector: Connector) => Fault>> = {
  description: ({ description }) => tooLong(description, 1000),
  memo: ({ memo }) => tooLong(memo, 1000),
  nickname: ({ nickname }) => tooLong(nickname, 100),
  expires_in: ({ expiresIn }) =>
    expiresIn &&
    (expiresIn.nanos !== 0 || expiresIn.seconds < 60n || expiresIn.seconds > MAX_LIFETIME_SECONDS)
      ? { hint: 'Write whole seconds from 60 to one year, such as "604800s".' }
      : undefined,
  allowed_methods: ({ allowedMethods }, connector) => checkMethods(allowedMethods, connector),
  branding: ({ branding }) => branding && checkBranding(branding),
  items: ({ items }) => checkItems(items),
  terms_url: ({ termsUrl }) => notHttps(termsUrl),
  success_url: ({ successUrl }) => notHttps(successUrl),
  failure_url: ({ failureUrl }) => notHttps(failureUrl),
  expired_url: ({ expiredUrl }) => notHttps(expiredUrl),
  metadata: ({ metadata }) => checkMetadata(metadata),
  fulfilment: ({ fulfilment }, connector) => checkFulfilment(fulfilment, connector),
  claim_code: ({ claimCode }) =>
    /^[\x21-\x7e]{4,64}$/.test(claimCode ?? "")
      ? undefined
      : { hint: "Write 4 to 64 visible ASCII characters." },
};

function checkMethods(methods: Options["allowedMethods"], { name, methods: known }: Connector): Fault {
  const unknown = methods.find((method) => known && !known.includes(method));
  if (unknown === undefined || !known) return undefined;
  const nameOf = (method: number) =>
    PayoutMethodKindSchema.values.find(({ number }) => number === method)?.name ?? String(method);
  return { hint: `${name} cannot pay by ${nameOf(unknown)}. It pays by: ${known.map(nameOf).join(", ")}.` };
}

/** What a recipient gives on our page must wait somewhere until the caller pays, and that is never here. */
function checkFulfilment(fulfilment: Options["fulfilment"], connector: Connector): Fault {
  const canWait = !hasClaimForm(connector) || connector.enrollDisburseAccount !== undefined;
  if (fulfilment !== Fulfilment.MANUAL || canWait) return undefined;
  const hint = `${connector.name} cannot keep a recipient's account until Transfer (it has no EnrollDisburseAccount). Leave it out: the recipient is then paid at once.`;
  return { hint };
}

function checkItems(items: Options["items"]): Fault {
  if (items.length > 100) return { hint: "Write at most 100 items." };
  for (const [index, item] of items.entries()) {
    const fault = checkItem(item);
    if (fault) return { ...fault, field: `items[${index}].${fault.field}` };
  }
  return undefined;
}

/** Its name, for a fault, is that of the field inside the item. */
function checkItem({ name, description, imageUrl, alternativeImageUrls }: Options["items"][number]): Fault {
  if (name.trim() === "") return { field: "name", hint: "Write what the item is called." };
  const faults: Readonly<Record<string, Fault>> = {
    name: tooLong(name, 200),
    description: tooLong(description, 500),
    alternative_image_urls: alternativeImageUrls.length > 5 ? { hint: "Write at most 5 URLs." } : undefined,
    image_url: [imageUrl, ...alternativeImageUrls].map(notHttps).find((fault) => fault),
  };
  for (const [field, fault] of Object.entries(faults)) if (fault) return { ...fault, field };
  return undefined;
}

function checkMetadata(metadata: Options["metadata"]): Fault {
  const entries = Object.entries(metadata);
  const fine =
    entries.length <= 50 &&
    entries.every(([key, value]) => /^\P{Cc}+$/u.test(key) && key.length <= 40 && value.length <= 500);
  return fine
    ? undefined
    : {
        hint: "Write at most 50 entries, with visible keys of at most 40 and values of at most 500 characters.",
      };
}

/** What is wrong with an option: in which field, where it is one inside the option, and what to write. */
type Fault = { readonly field?: string; readonly hint: string } | undefined;

/** What is wrong with how a link is to look. */
function checkBranding(branding: Branding): Fault {
  const colors = {
    brand_color: branding.brandColor,
    accent_color: branding.accentColor,
    button_text_color: branding.buttonTextColor,
  };
  for (const [name, color] of Object.entries(colors)) {
    if (color !== undefined && !colorForm.test(color)) {
      return { field: `branding.${name}`, hint: "Write a colour as #rrggbb, such as #0a7d4f." };
    }
  }
  const fault = checkContrast(branding);
  if (fault) return fault;
  const urls = { logo_url: branding.logoUrl, icon_url: branding.iconUrl };
  for (const [name, url] of Object.entries(urls)) {
    const fault = notHttps(url);
    if (fault) return { field: `branding.${name}`, ...fault };
  }
  const texts = { sender_name: branding.senderName, logo_alt_text: branding.logoAltText };
  for (const [name, text] of Object.entries(texts)) {
    const fault = tooLong(text, MAX_BRAND_NAME_LENGTH);
    if (fault) return { field: `branding.${name}`, ...fault };
  }
  return undefined;
}

function checkContrast({ accentColor, buttonTextColor }: Branding): Fault {
  if (accentColor === undefined || buttonTextColor === undefined) return undefined;
  const ratio = contrastOf(buttonTextColor, accentColor);
  if (ratio >= READABLE_CONTRAST) return undefined;
  const shown = (Math.floor(ratio * 100) / 100).toFixed(2);
  const hint = `Its contrast with accent_color is ${shown} : 1, too little to read. Choose a pair with at least ${READABLE_CONTRAST} : 1.`;
  return { field: "branding.button_text_color", hint };
}

/** What is wrong with a text for the recipient, where there is one. */
function tooLong(text: string | undefined, limit: number): Fault {
  return text !== undefined && text.length > limit
    ? { hint: `Write at most ${limit} characters.` }
    : undefined;
}

/** What is wrong with a URL of the caller's, where there is one. On a page, `https:x` would be one of this server's. */
function notHttps(url: string | undefined): Fault {
  if (url === undefined) return undefined;
  const fine = url.length <= 2048 && /^https:\/\/\S+$/.test(url) && URL.canParse(url);
  return fine ? undefined : { hint: "Write a URL that begins with https://, of at most 2048 characters." };
}
