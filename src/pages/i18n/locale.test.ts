import { describe, expect, it } from "vitest";
import { languages, negotiate } from "./locale.ts";
import { en } from "./messages/en.ts";

describe("the language", () => {
  it.each<[string | undefined, string | undefined, string, string]>([
    [undefined, undefined, "en", "en"],
    [undefined, "de-AT,de;q=0.9,en;q=0.8", "de", "de-AT"],
    [undefined, "it, nl;q=0.9, pt-PT;q=0.5, fr;q=0.4", "pt", "pt-PT"],
    [undefined, "fr;q=0.2, es;q=0.9", "es", "es"],
    [undefined, "fr;q=0, en-GB;q=0.1", "en", "en-GB"],
    [undefined, "zh-Hans-CN, *;q=0.1", "en", "en"],
    [undefined, "ar-EG-u-nu-latn", "ar", "ar-EG"],
    [undefined, "de;q=2, fr;q=x, ;;;, _", "en", "en"],
    [undefined, "x".repeat(5000), "en", "en"],
    ["fr", "de-AT, fr-CA;q=0.1", "fr", "fr-CA"],
    ["fr", "de-AT", "fr", "fr"],
    ["constructor", "de", "de", "de"],
  ])("for %s in the URL and %s in the header is %s, as %s", (asked, accepted, code, tag) => {
    const locale = negotiate(asked, accepted);
    expect([locale.language.code, locale.tag]).toEqual([code, tag]);
  });
});

/** Every sentence, by its place. */
function sentences(messages: object, path = ""): [string, string][] {
  return Object.entries(messages).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[`${path}${name}`, value]] : sentences(value, `${path}${name}.`),
  );
}

describe.each(languages.map(({ code, messages }) => [code, messages] as const))("in %s", (code, messages) => {
  const english = new Map(sentences(en));
  const names = (sentence: string) => (sentence.match(/\{\w+\}/g) ?? []).toSorted();

  it("every sentence has the values of the English one, and says something", () => {
    expect(sentences(messages).map(([place]) => place)).toEqual([...english.keys()]);
    for (const [place, sentence] of sentences(messages)) {
      expect([place, names(sentence)]).toEqual([place, names(english.get(place) ?? "")]);
      expect(sentence.trim()).toBe(sentence);
      expect(sentence).not.toBe("");
    }
  });

  it("nothing that can be translated was left in English", () => {
    if (code === "en") return;
    const same = sentences(messages).filter(
      ([place, sentence]) => english.get(place) === sentence && /\s/.test(sentence),
    );
    const untranslatable = /^(methods\.|landing\.quantity|fields\.(sortCode|routingNumber|iban|bic))/;
    expect(same.filter(([place]) => !untranslatable.test(place))).toEqual([]);
  });
});
