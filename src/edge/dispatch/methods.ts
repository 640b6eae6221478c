import type { DescMethod, DescMethodUnary, DescService } from "@bufbuild/protobuf";
import { Failure } from "../../core/failure.ts";

/** Methods by their path, `/package.Service/Method`. */
export interface MethodIndex {
  readonly unary: ReadonlyMap<string, DescMethodUnary>;
  readonly streaming: ReadonlyMap<string, DescMethod>;
}

/** Indexes the methods of some services. */
export function indexMethods(services: readonly DescService[]): MethodIndex {
  const unary = new Map<string, DescMethodUnary>();
  const streaming = new Map<string, DescMethod>();
  for (const method of services.flatMap((service) => service.methods)) {
    const path = `/${method.parent.typeName}/${method.name}`;
    if (isUnary(method)) unary.set(path, method);
    else streaming.set(path, method);
  }
  return { unary, streaming };
}

/** Whether a method takes one message and returns one. */
export function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === "unary";
}

/** The error of a call to a method that no service here has. Lists the services or methods there are. */
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

/** The error of a message that cannot be decoded as the method's request. */
export function malformedMessage(method: DescMethod, cause: unknown): Failure {
  return new Failure(
    "INVALID_DATA_FORMAT",
    `Invalid data format: the message cannot be read as ${method.input.typeName}. ` +
      "Generate the client from this server's schema; gRPC reflection has it.",
    { cause },
  );
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
