import type { DescMethod, DescMethodUnary, DescService } from "@bufbuild/protobuf";

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
