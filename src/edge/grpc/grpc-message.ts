/**
 * Encodes a status message for the `grpc-message` header: bytes of UTF-8 outside printable ASCII, and the percent sign,
 * as %XX. Nothing else, because some clients decode only what had to be encoded. Halves of surrogate pairs become U+FFFD.
 */
export function encodeGrpcMessage(message: string): string {
  if (!needsEncoding.test(message)) return message;
  let encoded = "";
  for (const byte of Buffer.from(message, "utf8")) {
    encoded +=
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

const needsEncoding = /[^\x20-\x24\x26-\x7e]/;
