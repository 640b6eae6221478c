import { readFileSync } from "node:fs";
import type { Reading, Variable } from "./reading.ts";
import { existing } from "./values.ts";

/** TLS material, as PEM text. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
  /** Callers show a certificate that this authority has signed. */
  readonly clientCa: string | undefined;
  /** Whether callers without one are let in, to say otherwise who they are. */
  readonly isClientCertificateOptional: boolean;
}

/** Variables of TLS. */
export const tlsVariables: readonly Variable[] = [
  {
    name: "SLUICE_TLS_CERT",
    default: "",
    about: "PEM file of the certificate chain. Switches TLS on, with SLUICE_TLS_KEY.",
  },
  { name: "SLUICE_TLS_KEY", default: "", about: "PEM file of the certificate's private key." },
  {
    name: "SLUICE_TLS_CLIENT_CA",
    default: "",
    about:
      "PEM file of an authority: callers show a certificate that it has signed, whose organisation (O) is their tenant and whose unit (OU) their merchant; one that is left out is any. Needs SLUICE_PUBLIC_LISTEN, since recipients have no certificates.",
  },
];

/** Reads the files of TLS. Undefined without TLS, or where something is amiss. */
export function readTls(reading: Reading): Omit<Tls, "isClientCertificateOptional"> | undefined {
  const file = (name: string) =>
    reading.read(name, (path) => (path === "" ? undefined : readFileSync(existing(path), "utf8")));
  const cert = file("SLUICE_TLS_CERT");
  const key = file("SLUICE_TLS_KEY");
  const clientCa = file("SLUICE_TLS_CLIENT_CA");
  if (cert && key) return { cert, key, clientCa };
  const some = tlsVariables.map(({ name }) => name).filter((name) => reading.text(name) !== "");
  if (some.length > 0) {
    reading.mistake(`${some.join(" and ")} needs both SLUICE_TLS_CERT and SLUICE_TLS_KEY`);
  }
  return undefined;
}
