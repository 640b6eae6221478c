import { ar } from "./messages/ar.ts";
import { de } from "./messages/de.ts";
import { en } from "./messages/en.ts";
import { es } from "./messages/es.ts";
import { fr } from "./messages/fr.ts";
import type { Messages } from "./messages/messages.ts";
import { pt } from "./messages/pt.ts";

/** A language that the pages speak. */
export interface Language {
  /** As in `lang` and in the URL: `de`. */
  readonly code: LanguageCode;
  readonly direction: "ltr" | "rtl";
  readonly messages: Messages;
}

/** A language as one reader has it. */
export interface Locale {
  readonly language: Language;
  /** For amounts and dates: the reader's region where they gave one, `en-GB`. */
  readonly tag: string;
}

/** Every language, in the order in which the footer shows them. */
export const languages = [
  { code: "en", direction: "ltr", messages: en },
  { code: "de", direction: "ltr", messages: de },
  { code: "es", direction: "ltr", messages: es },
  { code: "fr", direction: "ltr", messages: fr },
  { code: "pt", direction: "ltr", messages: pt },
  { code: "ar", direction: "rtl", messages: ar },
] as const satisfies readonly { code: string; direction: "ltr" | "rtl"; messages: Messages }[];

/** A code in {@link languages}. */
export type LanguageCode = (typeof languages)[number]["code"];

/** How much of an Accept-Language header is read. */
const MAX_HEADER_LENGTH = 500;

/** The language to answer in: what the URL asks for, then what the browser prefers, then English. */
export function negotiate(asked: string | undefined, acceptLanguage: string | undefined): Locale {
  const accepted = readAccepted(acceptLanguage ?? "");
  const chosen = find(asked);
  if (chosen) {
    const regional = accepted.find((tag) => find(tag.language) === chosen);
    return { language: chosen, tag: regional?.baseName ?? chosen.code };
  }
  for (const tag of accepted) {
    const language = find(tag.language);
    if (language) return { language, tag: tag.baseName };
  }
  return { language: languages[0], tag: accepted.find((tag) => tag.language === "en")?.baseName ?? "en" };
}

function find(code: string | undefined): Language | undefined {
  return languages.find((language) => language.code === code);
}

/** Tags of an Accept-Language header, the most wanted first. */
function readAccepted(header: string): readonly Intl.Locale[] {
  return header
    .slice(0, MAX_HEADER_LENGTH)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.split(";").map((text) => text.trim());
      const quality = parameters.find((text) => text.startsWith("q="));
      return { locale: readTag(tag), quality: quality ? Number(quality.slice(2)) : 1 };
    })
    .filter(({ quality }) => quality > 0 && quality <= 1)
    .toSorted((one, other) => other.quality - one.quality)
    .flatMap(({ locale }) => locale ?? []);
}

function readTag(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}
