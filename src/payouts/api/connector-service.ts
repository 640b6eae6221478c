import { create, type Message } from "@bufbuild/protobuf";
import { linkOptionsOf, supportedRpcs } from "../../connector/capability.ts";
import type { Connector } from "../../connector/contract.ts";
import { credentialFields } from "../../connector/credentials.ts";
import type { Registry } from "../../connector/registry.ts";
import type { Handlers } from "../../core/call.ts";
import {
  ConnectorService,
  ConnectorServiceListResponseSchema,
} from "../../gen/sluice/v1/connector_service_pb.ts";

/** Handlers of `sluice.v1.ConnectorService`: what each connector says of itself. */
export function discoveryHandlers(registry: Registry): Handlers {
  const list = async (): Promise<Message> =>
    create(ConnectorServiceListResponseSchema, { connectors: registry.list().map(describe) });
  return (method) => (method === ConnectorService.method.list ? list : undefined);
}

function describe(connector: Connector) {
  return {
    name: connector.name,
    configKey: connector.configKey,
    docsUrl: connector.docs,
    operations: [...supportedRpcs(connector)],
    linkOptions: [...linkOptionsOf(connector)],
    methods: [...(connector.methods ?? [])],
    currencies: [...(connector.currencies ?? [])],
    countries: [...(connector.countries ?? [])],
    credentials: credentialFields(connector.credentials).map((field) => ({ ...field })),
  };
}
