import { z } from "zod";
import { defineConnector, PayoutStatus } from "../../../../src/connector/contract.ts";

/** A connector from outside the repository that can do little: it only pays, in euros. */
export default defineConnector({
  name: "euros-only",
  configKey: "EurosOnly",
  docs: "https://euros-only.example/docs",
  hosts: undefined,
  credentials: z.object({}),
  idempotency: { windowMs: 24 * 60 * 60 * 1000 },
  statuses: { paid: PayoutStatus.SUCCESS },
  currencies: ["EUR"],
  async transfer(_request, { idempotencyKey }) {
    return {
      payoutStatus: PayoutStatus.SUCCESS,
      connectorPayoutId: `eurosOnly_${idempotencyKey.slice(0, 8)}`,
    };
  },
});
