import type { Fixture } from "./fixture.ts";

/** The provider's ids that a fixture's call is about: the caller's, and what the core remembers. */
export function idsOf(fixture: Fixture): readonly string[] {
  const ids = [fixture.request.connector_payout_id, fixture.context.payout?.connectorPayoutId];
  return ids.filter((id) => typeof id === "string");
}

/** The fixture with another id wherever it has one. */
export function withIds(fixture: Fixture, id: string): Fixture {
  const { request, context } = fixture;
  return {
    ...fixture,
    request: request.connector_payout_id === undefined ? request : { ...request, connector_payout_id: id },
    context: context.payout?.connectorPayoutId
      ? { ...context, payout: { ...context.payout, connectorPayoutId: id } }
      : context,
  };
}
