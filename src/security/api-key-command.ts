import { newApiKey } from "./api-keys.ts";

/** `npm run api-key -- [tenant/merchant]` makes a key for a caller. It is printed once and stored nowhere. */

/** Whom callers act for that say nothing. */
const DEFAULT_OWNER = "public/DefaultMerchantId";

try {
  const [owner = DEFAULT_OWNER] = process.argv.slice(2);
  const { key, entry } = newApiKey(owner);
  console.log(`For the caller, who sends it with every call as authorization: Bearer <key>. It is not shown again:
  ${key}

For SLUICE_API_KEYS, which takes several, separated by commas:
  ${entry}`);
} catch (error) {
  console.error(`npm run api-key -- [tenant/merchant]: ${(error as Error).message}`);
  process.exitCode = 1;
}
