import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tool } from "../tools.ts";

/** An authority of its own, in a temporary folder. Needs openssl. */
export interface TestAuthority {
  /** Path of the authority's own certificate. */
  readonly ca: string;
  /** Issues a certificate for this machine about a subject in openssl's form, such as `/O=acme/CN=client`. */
  issue(subject: string): TestCertificate;
  remove(): void;
}

/** Paths of PEM files, and what is in them. */
export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes an authority whose certificates count for a day. */
export function createTestAuthority(): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), "sluice-ca-"));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) =>
    execFileSync(tool("openssl") ?? "openssl", args, { cwd: folder, stdio: "ignore" });
  const newKey = (name: string) =>
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", `${name}.key`);
  let issued = 0;

  newKey("ca");
  openssl(
    "req",
    "-x509",
    "-new",
    "-key",
    "ca.key",
    "-subj",
    "/CN=test authority",
    "-days",
    "1",
    "-out",
    "ca.pem",
  );
  writeFileSync(file("names.cnf"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  return {
    ca: file("ca.pem"),
    issue(subject) {
      issued += 1;
      const name = `issued-${issued}`;
      newKey(name);
      openssl("req", "-new", "-key", `${name}.key`, "-subj", subject, "-out", `${name}.csr`);
      const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1"];
      openssl("x509", "-req", "-in", `${name}.csr`, ...by, "-extfile", "names.cnf", "-out", `${name}.pem`);
      const [certFile, keyFile] = [file(`${name}.pem`), file(`${name}.key`)];
      return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
