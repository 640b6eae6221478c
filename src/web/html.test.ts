import fc from "fast-check";
import { expect, it } from "vitest";
import { fill, html, isolated } from "./html.ts";

it("escapes every text, wherever it is put", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const made = String(
        html`<p title="${text}">${[text, isolated(text)]}${fill("{a} {b}", { a: text })}</p>`,
      );
      const markup = made.replaceAll(/<\/?(p|bdi)>|<p title="[^"<>]*">/g, "");
      expect(markup).not.toMatch(/[<>"']/);
    }),
  );
});

it("fills in names, and leaves nothing of what is absent", () => {
  expect(
    String(fill("From {sender}, {sender}{more}.", { sender: html`<b>A&amp;B</b>`, more: undefined })),
  ).toBe("From <b>A&amp;B</b>, <b>A&amp;B</b>.");
  expect(String(html`${false}${undefined}${0}`)).toBe("0");
});
