/**
 * Fields of LinkOptions that our own page carries out. A connector whose links open on it (its createLink returns no
 * `payoutLink`) lists these as its `linkOptions`, with its own.
 */
export const pageOptions: readonly string[] = [
  "description",
  "memo",
  "nickname",
  "expires_in",
  "allowed_methods",
  "branding",
  "items",
  "terms_url",
  "success_url",
  "failure_url",
  "expired_url",
  "recipient_kind",
  "recipient",
  "metadata",
  "fulfilment",
  "claim_code",
];
