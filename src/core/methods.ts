import { PayoutMethodKind } from "../gen/sluice/v1/link_pb.ts";
import type { PayoutMethod } from "../gen/types/payout_method_pb.ts";

/** How a recipient is paid, by the account, wallet or card in a request. Undefined where no kind has it. */
export function methodKindOf(method: PayoutMethod): PayoutMethodKind | undefined {
  return kinds[method.payoutMethodData.case ?? ""];
}

const kinds: Readonly<Record<string, PayoutMethodKind>> = {
  ach: PayoutMethodKind.US_BANK,
  bacs: PayoutMethodKind.UK_BANK,
  sepa: PayoutMethodKind.IBAN,
  openBankingUk: PayoutMethodKind.IBAN,
  pix: PayoutMethodKind.PIX,
  pixKey: PayoutMethodKind.PIX,
  pixEmv: PayoutMethodKind.PIX,
  interac: PayoutMethodKind.INTERAC,
  paypal: PayoutMethodKind.PAYPAL,
  venmo: PayoutMethodKind.VENMO,
  card: PayoutMethodKind.CARD,
  applePayDecrypt: PayoutMethodKind.CARD,
};
