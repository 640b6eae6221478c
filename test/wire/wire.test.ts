import { readdirSync, readFileSync } from "node:fs";
import { type DescField, type DescFile, ScalarType } from "@bufbuild/protobuf";
import { Edition } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { type SchemaTable, schemaTable } from "./schema-table.ts";

/** Every generated file of Prism's package, found by looking, so that none is forgotten. */
const folder = new URL("../../src/gen/types/", import.meta.url);
const files: DescFile[] = [];
for (const name of readdirSync(folder)) {
  const exported: Record<string, unknown> = await import(new URL(name, folder).href);
  files.push(exported[`file_types_${name.replace("_pb.ts", "")}`] as DescFile);
}
const ours = schemaTable(files);

/** The facts of Prism's schema 0.4.0 and its later additions. */
const prism: SchemaTable = JSON.parse(readFileSync(new URL("prism-0.4.0.json", import.meta.url), "utf8"));

/** All that this repository adds. Prism's codec skips field 100. */
const additions: SchemaTable["messages"] = {
  PayoutServiceCreateLinkRequest: { link_options: "100 sluice.v1.LinkOptions?" },
  PayoutServiceCreateLinkResponse: { payout_link: "100 sluice.v1.PayoutLink?" },
  PayoutServiceGetResponse: { payout_link: "100 sluice.v1.PayoutLink?" },
  // Holds enums and has no fields, so the table does not list it.
  PayoutEnums: {},
};
const messages = Object.fromEntries(
  [...new Set([...Object.keys(prism.messages), ...Object.keys(additions)])].map((name) => [
    name,
    { ...prism.messages[name], ...additions[name] },
  ]),
);

describe("the wire is Prism's", () => {
  test("in the names of services, messages and enums", () => {
    expect(Object.keys(ours.services).toSorted()).toEqual(Object.keys(prism.services).toSorted());
    expect(Object.keys(ours.messages).toSorted()).toEqual(Object.keys(messages).toSorted());
    expect(Object.keys(ours.enums).toSorted()).toEqual(Object.keys(prism.enums).toSorted());
  });

  test.each(Object.keys(messages))("in the fields of %s", (name) => {
    expect(ours.messages[name]).toEqual(messages[name]);
  });

  test.each(Object.keys(prism.enums))("in the values of %s", (name) => {
    expect(ours.enums[name]).toEqual(prism.enums[name]);
  });

  test.each(Object.keys(prism.services))("in the methods of %s", (name) => {
    expect(ours.services[name]).toEqual(prism.services[name]);
  });

  test("in the paths of methods, which are all unary", () => {
    const methods = files.flatMap((file) => file.services).flatMap((service) => service.methods);
    expect(methods.map((method) => `/${method.parent.typeName}/${method.name}`).toSorted()).toEqual(
      Object.entries(prism.services)
        .flatMap(([service, methods]) => Object.keys(methods).map((method) => `/types.${service}/${method}`))
        .toSorted(),
    );
    expect(new Set(methods.map((method) => method.methodKind))).toEqual(new Set(["unary"]));
  });

  test("in how fields are encoded: all of proto3, numbers packed", () => {
    for (const file of files) expect(file.edition, file.name).toBe(Edition.EDITION_PROTO3);
    const fields = files.flatMap((file) => file.messages).flatMap((message) => message.fields);
    const unpacked = fields.filter((field) => field.fieldKind === "list" && isNumber(field) && !field.packed);
    expect(unpacked.map(String)).toEqual([]);
  });
});

function isNumber({ listKind, scalar }: DescField & { fieldKind: "list" }): boolean {
  return listKind === "enum" || (listKind === "scalar" && !text.has(scalar));
}

const text: ReadonlySet<ScalarType> = new Set([ScalarType.STRING, ScalarType.BYTES]);
