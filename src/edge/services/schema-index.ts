import {
  type DescEnum,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type DescService,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** Finds the files of a schema by what they hold. */
export interface SchemaIndex {
  /** By path, such as `types/payout.proto`. */
  file(path: string): DescFile | undefined;
  /** By the full name of a service, method, message, field, oneof, enum, enum value or extension. */
  fileOfSymbol(name: string): DescFile | undefined;
  /** By the message that is extended, and the number. */
  fileOfExtension(messageName: string, number: number): DescFile | undefined;
  /** Numbers that extend a message; undefined where there is no such message. */
  extensionNumbers(messageName: string): readonly number[] | undefined;
}

/** Indexes these files and all that they import. */
export function indexSchema(roots: readonly DescFile[]): SchemaIndex {
  const files = new Map<string, DescFile>();
  for (const root of roots) for (const file of withImports(root)) files.set(`${file.name}.proto`, file);

  const symbols = new Map<string, DescFile>();
  const messages = new Set<string>();
  const extensions = new Map<string, Map<number, DescFile>>();
  for (const file of files.values()) {
    for (const service of file.services) addService(service);
    for (const message of file.messages) addMessage(message);
    for (const each of file.enums) addEnum(each);
    for (const extension of file.extensions) addExtension(extension);
  }

  function addService(service: DescService): void {
    symbols.set(service.typeName, service.file);
    for (const { name } of service.methods) symbols.set(`${service.typeName}.${name}`, service.file);
  }

  function addMessage(message: DescMessage): void {
    const { typeName, file } = message;
    messages.add(typeName);
    symbols.set(typeName, file);
    for (const { name } of [...message.fields, ...message.oneofs]) symbols.set(`${typeName}.${name}`, file);
    for (const each of message.nestedMessages) addMessage(each);
    for (const each of message.nestedEnums) addEnum(each);
    for (const each of message.nestedExtensions) addExtension(each);
  }

  /** Values of an enum are named beside it, not within it. */
  function addEnum({ typeName, values, file }: DescEnum): void {
    symbols.set(typeName, file);
    const scope = typeName.slice(0, typeName.lastIndexOf(".") + 1);
    for (const { name } of values) symbols.set(scope + name, file);
  }

  function addExtension({ typeName, extendee, number, file }: DescExtension): void {
    symbols.set(typeName, file);
    const numbers = extensions.get(extendee.typeName) ?? new Map<number, DescFile>();
    extensions.set(extendee.typeName, numbers.set(number, file));
  }

  return {
    file: (path) => files.get(path),
    fileOfSymbol: (name) => symbols.get(name),
    fileOfExtension: (messageName, number) => extensions.get(messageName)?.get(number),
    extensionNumbers: (messageName) =>
      messages.has(messageName) ? [...(extensions.get(messageName)?.keys() ?? [])] : undefined,
  };
}

/** A file and all that it imports, each serialised as google.protobuf.FileDescriptorProto. */
export function serialise(file: DescFile): Uint8Array[] {
  return [...withImports(file)].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
}

function withImports(file: DescFile, found = new Set<DescFile>()): Set<DescFile> {
  if (found.has(file)) return found;
  found.add(file);
  for (const imported of file.dependencies) withImports(imported, found);
  return found;
}
