import type { DescEnum, DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { invalidField } from "../../core/failure.ts";

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
