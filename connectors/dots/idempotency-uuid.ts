/**
 * An idempotency key in the form that Dots takes: a UUID (version 5, whose bits follow from a name), the same for the same
 * attempt. `key` is 64 hexadecimal characters.
 */
export function idempotencyUuid(key: string): string {
  const variant = "89ab"[Number.parseInt(key.charAt(16), 16) % 4];
  return [
    key.slice(0, 8),
    key.slice(8, 12),
    `5${key.slice(13, 16)}`,
    `${variant}${key.slice(17, 20)}`,
    key.slice(20, 32),
  ].join("-");
}
