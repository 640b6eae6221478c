import { isFieldSet, type MessageShape } from "@bufbuild/protobuf";
import type { Connector } from "../connector/contract.ts";
import { Failure, invalidField } from "../connector/failure.ts";
import type { Registry } from "../connector/registry.ts";
import { type LinkOptions, LinkOptionsSchema } from "../gen/sluice/v1/link_pb.ts";

/** How long a link lasts where the caller says nothing: seven days, in milliseconds. */
const DEFAULT_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_LIFETIME_SECONDS = 365n * 24n * 60n * 60n;

/** How long the link is to last, in milliseconds. */
export function lifetimeMs(options: LinkOptions | undefined): number {
  return options?.expiresIn ? Number(options.expiresIn.seconds) * 1000 : DEFAULT_LIFETIME_MS;
}

/**
 * Checks that the connector honours every option that is set, and that its value can be used.
 *
 * @throws Failure UNSUPPORTED_OPTION naming the option and the connectors that have it; INVALID_DATA_FORMAT otherwise.
 */
export function checkLinkOptions(options: LinkOptions, connector: Connector, registry: Registry): void {
  for (const field of LinkOptionsSchema.fields) {
    if (!isFieldSet(options, field)) continue;
    if (!connector.linkOptions?.includes(field.name))
      throw unsupportedOption(field.name, connector, registry);
    const fault = rules[field.name]?.(options);
    if (fault) throw invalidField(`link_options.${fault.field ?? field.name}`, fault.hint);
  }
}

function unsupportedOption(name: string, connector: Connector, registry: Registry): Failure {
  const others = registry.list().filter((other) => other.linkOptions?.includes(name));
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
type Fault = { readonly field?: string; readonly hint: string } | undefined;

/** What a value must be, by option. An option without a row takes any value of its type. */
const rules: Readonly<Record<string, (options: Options) => Fault>> = {
  description: ({ description }) => tooLong(description, 1000),
  memo: ({ memo }) => tooLong(memo, 1000),
  nickname: ({ nickname }) => tooLong(nickname, 100),
  expires_in: ({ expiresIn }) =>
    expiresIn &&
    (expiresIn.nanos !== 0 || expiresIn.seconds < 60n || expiresIn.seconds > MAX_LIFETIME_SECONDS)
      ? { hint: 'Write whole seconds from 60 to one year, such as "604800s".' }
      : undefined,
  branding: ({ branding }) => branding && checkBranding(branding),
  items: ({ items }) => checkItems(items),
  terms_url: ({ termsUrl }) => notHttps(termsUrl),
  success_url: ({ successUrl }) => notHttps(successUrl),
  failure_url: ({ failureUrl }) => notHttps(failureUrl),
  expired_url: ({ expiredUrl }) => notHttps(expiredUrl),
  metadata: ({ metadata }) => checkMetadata(metadata),
  claim_code: ({ claimCode }) =>
    /^[\x21-\x7e]{4,64}$/.test(claimCode ?? "")
      ? undefined
      : { hint: "Write 4 to 64 visible ASCII characters." },
};

function tooLong(text: string | undefined, limit: number): Fault {
  return text !== undefined && text.length > limit
    ? { hint: `Write at most ${limit} characters.` }
    : undefined;
}

function notHttps(url: string | undefined): Fault {
  if (url === undefined) return undefined;
  const fine = url.length <= 2048 && URL.canParse(url) && new URL(url).protocol === "https:";
  return fine ? undefined : { hint: "Write a URL that begins with https://, of at most 2048 characters." };
}

function checkBranding(branding: NonNullable<Options["branding"]>): Fault {
  const colors = {
    brand_color: branding.brandColor,
    accent_color: branding.accentColor,
    button_text_color: branding.buttonTextColor,
  };
  for (const [name, color] of Object.entries(colors)) {
    if (color !== undefined && !/^#[0-9a-fA-F]{6}$/.test(color)) {
      return { field: `branding.${name}`, hint: "Write a colour as #rrggbb, such as #0a7d4f." };
    }
  }
  const urls = { logo_url: branding.logoUrl, icon_url: branding.iconUrl };
  for (const [name, url] of Object.entries(urls)) {
    const fault = notHttps(url);
    if (fault) return { field: `branding.${name}`, ...fault };
  }
  return undefined;
}

function checkItems(items: Options["items"]): Fault {
  if (items.length > 100) return { hint: "Write at most 100 items." };
  for (const [index, item] of items.entries()) {
    if (item.name.trim() === "")
      return { field: `items[${index}].name`, hint: "Write what the item is called." };
    for (const url of [item.imageUrl, ...item.alternativeImageUrls]) {
      const fault = notHttps(url);
      if (fault) return { field: `items[${index}].image_url`, ...fault };
    }
  }
  return undefined;
}

function checkMetadata(metadata: Options["metadata"]): Fault {
  const entries = Object.entries(metadata);
  const fine =
    entries.length <= 50 &&
    entries.every(([key, value]) => key.length >= 1 && key.length <= 40 && value.length <= 500);
  return fine
    ? undefined
    : { hint: "Write at most 50 entries, with keys of 1 to 40 and values of at most 500 characters." };
}
