import { z } from "zod";
import { Secret } from "../security/secret.ts";

/** A credential that must never be printed. Reads a string, gives a {@link Secret}. */
export function secret(): z.ZodType<Secret, string> {
  return z
    .string()
    .min(1)
    .transform((value) => new Secret(value))
    .meta({ secret: true });
}

/** A field of a credential schema, for validation messages, documentation and discovery. */
export interface CredentialField {
  readonly name: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly description: string;
}

/** The fields of a credential schema, in its order. The schema must be a `z.object`. */
export function credentialFields(schema: z.ZodType): readonly CredentialField[] {
  const before = known.get(schema);
  if (before) return before;
  const fields = readFields(schema);
  known.set(schema, fields);
  return fields;
}

/** Asked at every call, and the same every time. */
const known = new WeakMap<z.ZodType, readonly CredentialField[]>();

function readFields(schema: z.ZodType): readonly CredentialField[] {
  if (!(schema instanceof z.ZodObject)) throw new TypeError("credentials must be a z.object(…)");
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    name,
    required: !field.safeParse(undefined).success,
    secret: metaOf(field).secret === true,
    description: field.description ?? metaOf(field).description ?? "",
  }));
}

function metaOf(field: z.ZodType): { secret?: boolean; description?: string } {
  const own = field.meta() as { secret?: boolean; description?: string } | undefined;
  if (own?.secret !== undefined) return own;
  const inner = field instanceof z.ZodOptional ? metaOf(field.unwrap() as z.ZodType) : {};
  return { ...inner, ...own };
}
