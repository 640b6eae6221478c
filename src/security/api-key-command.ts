import { newApiKey } from "./api-keys.ts";

/** `npm run api-key -- [tenant/merchant]` makes a key for a caller. It is printed once and stored nowhere. */

/** The scope of callers that name none. */
const DEFAULT_SCOPE = "public/DefaultMerchantId";

try {
  const [scope = DEFAULT_SCOPE] = process.argv.slice(2);
  const { key, entry } = newApiKey(scope);
  console.log(`For the caller, who sends it with every call as authorization: Bearer <key>. It is not shown again:
  ${key}

For SLUICE_API_KEYS, which takes several, separated by commas:
  ${entry}`);
} catch (error) {
  console.error(`npm run api-key -- [tenant/merchant]: ${(error as Error).message}`);
  process.exitCode = 1;
}
