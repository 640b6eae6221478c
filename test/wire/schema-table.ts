import {
  type DescEnum,
  type DescField,
  type DescFile,
  type DescMessage,
  ScalarType,
} from "@bufbuild/protobuf";

/**
 * A schema, written as `prism-0.4.0.json` writes it. Names are without `types.`. A field is `<number> <type>`, followed by
 * `?` if optional, `[]` if repeated, `|<name>` if of a oneof.
 */
export interface SchemaTable {
  /** Request and response type of each method. */
  readonly services: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>>;
  readonly messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** The table of everything that the files declare. */
export function schemaTable(files: readonly DescFile[]): SchemaTable {
  const messages = files.flatMap((file) => file.messages).flatMap(withNested);
  const enums = [files, messages.map((message) => ({ enums: message.nestedEnums }))].flat();
  return {
    services: Object.fromEntries(
      files
        .flatMap((file) => file.services)
        .map(({ name, methods }) => [
          name,
          Object.fromEntries(methods.map((each) => [each.name, [nameOf(each.input), nameOf(each.output)]])),
        ]),
    ),
    messages: Object.fromEntries(
      messages.map((message) => [
        nameOf(message),
        Object.fromEntries(message.fields.map((field) => [field.name, fieldText(field)])),
      ]),
    ),
    enums: Object.fromEntries(
      enums
        .flatMap((parent) => parent.enums)
        .map((each) => [
          nameOf(each),
          Object.fromEntries(each.values.map(({ name, number }) => [name, number])),
        ]),
    ),
  };
}

function withNested(message: DescMessage): DescMessage[] {
  return [message, ...message.nestedMessages.flatMap(withNested)];
}

function nameOf(type: DescMessage | DescEnum): string {
  return type.typeName.replace(/^types\./, "");
}

function fieldText(field: DescField): string {
  if (field.fieldKind === "map") {
    return `${field.number} map<${scalarName(field.mapKey)},${elementType(field)}>`;
  }
  return `${field.number} ${elementType(field)}${labelOf(field)}`;
}

function elementType(field: DescField): string {
  if (field.message) return nameOf(field.message);
  if (field.enum) return nameOf(field.enum);
  return scalarName(field.scalar);
}

function labelOf(field: DescField): string {
  if (field.fieldKind === "list") return "[]";
  if (field.oneof) return `|${field.oneof.name}`;
  return field.proto.proto3Optional ? "?" : "";
}

function scalarName(type: ScalarType): string {
  const [name = ""] = Object.entries(ScalarType).find(([, number]) => number === type) ?? [];
  return name.toLowerCase();
}
