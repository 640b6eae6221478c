import { invalidField, type Request } from "../../src/connector/contract.ts";
import type { EasyLabsContext } from "./credentials.ts";

/** Easy Labs' limit of a description, in characters. */
const MAX_DESCRIPTION = 1000;

/**
 * The reference by which a link is found again. Easy Labs stores no other field of a caller's, so it begins the description,
 * where a list that shortens descriptions still shows it. The same whenever the attempt is sent again.
 */
export function referenceOf({ idempotencyKey }: Pick<EasyLabsContext, "idempotencyKey">): string {
  return `Ref. ${idempotencyKey.slice(0, 24)}`;
}

/**
 * The description of a new link.
 *
 * @throws Failure INVALID_DATA_FORMAT if the caller's leaves no room for the reference.
 */
export function descriptionOf(request: Request<"createLink">, context: EasyLabsContext): string {
  const reference = referenceOf(context);
  const ours = request.linkOptions?.description;
  const text = ours ?? request.description ?? "";
  if (text === "") return reference;
  const whole = `${reference}: ${text}`;
  if (whole.length <= MAX_DESCRIPTION) return whole;
  const field = ours === undefined ? "description" : "link_options.description";
  const room = MAX_DESCRIPTION - (whole.length - text.length);
  throw invalidField(
    field,
    `Write at most ${room} characters for Easy Labs: the rest of its ${MAX_DESCRIPTION} are for finding the link again.`,
  );
}

/** Whether a link was made by this attempt. */
export function isOurs(description: string | null | undefined, context: EasyLabsContext): boolean {
  return description?.trimStart().startsWith(referenceOf(context)) === true;
}
