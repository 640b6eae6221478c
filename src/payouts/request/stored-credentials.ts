import { Failure } from "../../core/failure.ts";
import type { Payout } from "../../core/payout.ts";
import type { Secret } from "../../security/secret.ts";
import type { Dependencies } from "../dependencies.ts";
import { openCredentials } from "../payout-link.ts";
import { readCredentials } from "./connector-config.ts";
import type { Route } from "./route.ts";

/**
 * The route of an operation on a link when its caller is not there, with the credentials that it was made with. Undefined
 * where they are gone: the link has ended, or is older than the keeping of credentials.
 *
 * @throws Failure INTERNAL where this server has lost the connector or the sealing key, or the connector takes such
 * credentials no more. The log says which.
 */
export async function storedRoute(
  deps: Pick<Dependencies, "registry" | "ledger" | "log" | "keys">,
  payout: Payout,
): Promise<Route | undefined> {
  const { registry, ledger, log } = deps;
  const sealed = await ledger.findCredentials(payout.id);
  if (!sealed) return undefined;
  const fail = (why: string, error?: unknown): never => {
    const facts = { connector: payout.connector, payout: payout.id, ...(error !== undefined && { error }) };
    log.error(facts, why);
    throw new Failure("INTERNAL", `This link cannot be served at the moment: ${why}.`, { cause: error });
  };
  const connector = registry.get(payout.connector) ?? fail("its connector is not on this server");
  let config: Secret;
  try {
    config = openCredentials(deps, payout.id, sealed);
  } catch (error) {
    return fail("its credentials cannot be unsealed", error);
  }
  try {
    const fields = JSON.parse(config.reveal()) as Readonly<Record<string, unknown>>;
    const { scope } = payout;
    return {
      connector,
      credentials: readCredentials(connector, fields),
      config,
      scope,
      idempotencyKey: undefined,
    };
  } catch (error) {
    return fail("its connector does not take its credentials any more", error);
  }
}
