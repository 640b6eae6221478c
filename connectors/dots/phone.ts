import { invalidField } from "../../src/connector/contract.ts";

/** A phone number as Dots takes it: calling code and national number, digits only. */
export interface Phone {
  readonly country_code: string;
  readonly phone_number: string;
}

/**
 * Takes an international number apart. `callingCode` is that of a national number, where the caller gave one.
 *
 * @throws Failure INVALID_DATA_FORMAT naming `field`.
 */
export function readPhone(field: string, text: string, callingCode?: string): Phone {
  const digits = text.replaceAll(/[\s().-]/g, "");
  const code = callingCode?.replace(/^\+/, "");
  const parts = digits.startsWith("+") || !code ? international.exec(digits) : national.exec(digits);
  const phone = {
    country_code: parts?.groups?.code ?? code ?? "",
    phone_number: parts?.groups?.number ?? "",
  };
  if (parts && /^\d{1,3}$/.test(phone.country_code)) return phone;
  throw invalidField(field, "Write it with a plus sign and the calling code, such as +12025550139.");
}

// No calling code is the beginning of another: those of one and two digits are listed, all others have three.
const international =
  /^\+(?<code>1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d)(?<number>\d{4,12})$/;
const national = /^(?<number>\d{4,14})$/;
