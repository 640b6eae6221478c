import type { DescService } from "@bufbuild/protobuf";
import { Failure } from "../../core/failure.ts";

/** The answer to a call of a method that no service here has: says what there is, and how to see more. */
export function unknownMethod(path: string, services: readonly DescService[]): Failure {
  const [, serviceName = "", methodName = ""] = path.split("/");
  const service = services.find(({ typeName }) => typeName === serviceName);
  const found = service
    ? `${serviceName} has no method ${quoted(methodName)}. It has ${service.methods.map(({ name }) => name).join(", ")}.`
    : `There is no service ${quoted(serviceName)}. This server has ${services.map(({ typeName }) => typeName).join(", ")}.`;
  return new Failure(
    "UNSUPPORTED_OPERATION",
    `${found} A path is /package.Service/Method; gRPC reflection lists all of them (grpcurl, buf curl --list-methods).`,
  );
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
