import {
  create,
  type DescFile,
  type DescService,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { file_google_rpc_error_details } from "../../gen/google/rpc/error_details_pb.ts";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import {
  type ServerReflectionRequest as AlphaRequest,
  ServerReflectionRequestSchema as AlphaRequestSchema,
  ServerReflectionResponseSchema as AlphaResponseSchema,
  ServerReflection as ServerReflectionAlpha,
} from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { indexSchema, type SchemaIndex, serialise } from "./schema-index.ts";

/** Answers the questions of a reflection stream, one by one as they come. */
export type BidiHandler = (requests: AsyncIterable<Message>) => AsyncIterable<Message>;

/** The services of reflection, newest first. Their two versions are the same on the wire. */
export const reflectionServices: readonly DescService[] = [ServerReflection, ServerReflectionAlpha];

type Answer = ServerReflectionResponse["messageResponse"];

/**
 * Makes gRPC reflection over these services: handlers by the path of their method. The types of error details are there
 * too, so that clients can show them.
 */
export function createReflection(services: readonly DescService[]): ReadonlyMap<string, BidiHandler> {
  const index = indexSchema([...services.map(({ file }) => file), file_google_rpc_error_details]);
  const serviceNames = services.map(({ typeName }) => typeName);

  function reply(request: ServerReflectionRequest): ServerReflectionResponse {
    return create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: answer(request, index, serviceNames),
    });
  }

  async function* v1(requests: AsyncIterable<Message>): AsyncGenerator<Message, void> {
    for await (const request of requests) yield reply(request as ServerReflectionRequest);
  }

  async function* v1alpha(requests: AsyncIterable<Message>): AsyncGenerator<Message, void> {
    for await (const request of requests) {
      const bytes = toBinary(AlphaRequestSchema, request as AlphaRequest);
      const answered = reply(fromBinary(ServerReflectionRequestSchema, bytes));
      yield fromBinary(AlphaResponseSchema, toBinary(ServerReflectionResponseSchema, answered));
    }
  }

  return new Map([
    [`/${ServerReflection.typeName}/ServerReflectionInfo`, v1],
    [`/${ServerReflectionAlpha.typeName}/ServerReflectionInfo`, v1alpha],
  ]);
}

function answer(
  { messageRequest: question }: ServerReflectionRequest,
  index: SchemaIndex,
  serviceNames: readonly string[],
): Answer {
  switch (question.case) {
    case "listServices":
      return {
        case: "listServicesResponse",
        value: { $typeName: "grpc.reflection.v1.ListServiceResponse", service: serviceNames.map(named) },
      };
    case "fileByFilename":
      return files(index.file(question.value), `file ${question.value}`);
    case "fileContainingSymbol":
      return files(index.fileOfSymbol(question.value), `symbol ${question.value}`);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = question.value;
      return files(
        index.fileOfExtension(containingType, extensionNumber),
        `extension ${extensionNumber} of ${containingType}`,
      );
    }
    case "allExtensionNumbersOfType":
      return numbers(question.value, index.extensionNumbers(question.value));
    default:
      return failed(Code.InvalidArgument, "The request asks nothing: set one of its message_request fields.");
  }
}

function named(name: string) {
  return { $typeName: "grpc.reflection.v1.ServiceResponse" as const, name };
}

function files(file: DescFile | undefined, asked: string): Answer {
  if (!file) return failed(Code.NotFound, `There is no ${asked} here.`);
  return {
    case: "fileDescriptorResponse",
    value: {
      $typeName: "grpc.reflection.v1.FileDescriptorResponse",
      fileDescriptorProto: serialise(file),
    },
  };
}

function numbers(baseTypeName: string, extensionNumber: readonly number[] | undefined): Answer {
  if (!extensionNumber) return failed(Code.NotFound, `There is no message ${baseTypeName} here.`);
  return {
    case: "allExtensionNumbersResponse",
    value: {
      $typeName: "grpc.reflection.v1.ExtensionNumberResponse",
      baseTypeName,
      extensionNumber: [...extensionNumber],
    },
  };
}

function failed(errorCode: Code, errorMessage: string): Answer {
  return {
    case: "errorResponse",
    value: { $typeName: "grpc.reflection.v1.ErrorResponse", errorCode, errorMessage },
  };
}
