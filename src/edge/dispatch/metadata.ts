import type { Metadata } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import type { Limits } from "./limits.ts";

/**
 * Headers of a call as they arrived: name, value, name, value. Nothing is indexed, since a call looks up a handful of
 * names. Values of names that end in `-bin` stay in base64; several of them in one header, parted by commas, are several
 * values.
 */
export class RawMetadata implements Metadata {
  #headers: readonly string[];

  constructor(rawHeaders: readonly string[]) {
    this.#headers = rawHeaders;
  }

  get(name: string): string | undefined {
    const headers = this.#headers;
    for (let index = 0; index < headers.length; index += 2) {
      if (isNamed(headers[index], name)) return valuesOf(name, headers[index + 1])[0];
    }
    return undefined;
  }

  all(name: string): readonly string[] {
    const headers = this.#headers;
    const values: string[] = [];
    for (let index = 0; index < headers.length; index += 2) {
      if (isNamed(headers[index], name)) values.push(...valuesOf(name, headers[index + 1]));
    }
    return values;
  }

  /** Drops a name with its values. */
  forget(name: string): void {
    if (this.get(name) === undefined) return;
    this.#headers = this.#headers.filter((_part, index, headers) => !isNamed(headers[index & ~1], name));
  }
}

/** Size of a call's headers, names and values together. One byte a character: header values are Latin-1. */
export function sizeOfMetadata(rawHeaders: readonly string[]): number {
  let bytes = 0;
  for (const part of rawHeaders) bytes += part.length;
  return bytes;
}

/** The error of a call whose headers are too large. */
export function metadataTooLarge({ metadataBytes }: Limits): Failure {
  return new Failure(
    "REQUEST_TOO_LARGE",
    `The headers of the call are too large; this server takes ${metadataBytes} bytes. Send fewer or shorter ones.`,
  );
}

/** HTTP/2 names are in lower case; HTTP/1.1 names need not be. */
function isNamed(header: string | undefined, name: string): boolean {
  return (
    header !== undefined &&
    (header === name || (header.length === name.length && header.toLowerCase() === name))
  );
}

function valuesOf(name: string, value = ""): readonly string[] {
  return name.endsWith("-bin") ? value.split(",").map((part) => part.trim()) : [value];
}
