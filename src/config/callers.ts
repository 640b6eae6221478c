import { parseApiKeys } from "../security/api-keys.ts";
import type { AuthenticationMethods } from "../security/authentication.ts";
import type { TokenIssuer } from "../security/tokens.ts";
import type { Reading, Variable } from "./reading.ts";
import { isLoopback } from "./values.ts";

/** Variables that say who may call. */
export const callerVariables: readonly Variable[] = [
  {
    name: "SLUICE_API_KEYS",
    default: "",
    about:
      "Keys of callers, separated by commas: `<SHA-256 of the key in hexadecimal>:<tenant>/<merchant>`, either of which may be `*`. `npm run api-key -- tenant/merchant` makes one. Sent as `authorization: Bearer <key>`.",
  },
  {
    name: "SLUICE_JWKS_URL",
    default: "",
    about:
      "Public keys of whoever issues tokens (JWTs) to callers; https, or http on loopback. Tokens are sent as `authorization: Bearer <token>` and have `exp`, `tenant_id` and `merchant_id`, either of which may be `*`.",
  },
  { name: "SLUICE_JWT_ISSUER", default: "", about: "The `iss` of those tokens." },
  { name: "SLUICE_JWT_AUDIENCE", default: "", about: "The `aud` of those tokens, which names this server." },
  {
    name: "SLUICE_ALLOW_UNAUTHENTICATED",
    default: "no",
    about:
      "`yes` lets SLUICE_LISTEN be more than loopback though nobody is asked who they are: something in front must then keep strangers out.",
  },
];

/** Reads how callers say who they are. */
export function readCallers(reading: Reading, certificates: boolean): AuthenticationMethods {
  return {
    apiKeys: reading.read("SLUICE_API_KEYS", parseApiKeys) ?? [],
    tokenIssuer: readTokenIssuer(reading),
    certificates,
  };
}

const issuerNames = ["SLUICE_JWKS_URL", "SLUICE_JWT_ISSUER", "SLUICE_JWT_AUDIENCE"] as const;

function readTokenIssuer(reading: Reading): TokenIssuer | undefined {
  const absent = issuerNames.filter((name) => reading.text(name) === "");
  if (absent.length === issuerNames.length) return undefined;
  if (absent.length > 0) {
    reading.mistake(`${absent.join(" and ")} missing: ${issuerNames.join(", ")} are needed together`);
    return undefined;
  }
  const [urlName, issuerName, audienceName] = issuerNames;
  const jwksUrl = reading.read(urlName, parseJwksUrl);
  return jwksUrl && { jwksUrl, issuer: reading.text(issuerName), audience: reading.text(audienceName) };
}

function parseJwksUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === "https:" ||
    (url?.protocol === "http:" && isLoopback(url.hostname.replace(/^\[|\]$/g, "")));
  if (url && isSafe && !url.username && !url.password) return url;
  throw new TypeError(
    "must be an https URL without a password, or http on loopback: whoever can change what it answers can act for every caller",
  );
}
