import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The played provider's response to one request. */
export type Step =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly body: string | Buffer;
    }
  | { readonly fault: Fault };

/**
 * `timeout`: never answers. `reset`: breaks the connection when the request has come. `cut`: breaks it in the middle of the
 * reply. `refused`: accepts no connection. `garbage`: answers with something that is not HTTP.
 */
export type Fault = "timeout" | "reset" | "cut" | "refused" | "garbage";

/** A request as the provider saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A provider on loopback that plays steps, one for each request. */
export interface Playback {
  readonly url: string;
  /** Requests so far; more than there are steps if too many came. */
  readonly requests: readonly SeenRequest[];
  /** Forgets the requests, and plays other steps. Not after a fault: start another one then. */
  begin(steps: readonly Step[]): void;
  close(): Promise<void>;
}

/** Starts a provider that plays the steps in order. Requests beyond them are answered with 599. */
export async function startPlayback(firstSteps: readonly Step[]): Promise<Playback> {
  let steps = firstSteps;
  let requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const index = requests.push(seenRequest(request, Buffer.concat(chunks).toString())) - 1;
      const isLast = isRefused(steps[index + 1]);
      if (isLast) server.close();
      play(steps[index], request, response, isLast);
    });
    request.on("error", () => {});
  });
  // A server that closes idle connections may close one just when a request is on its way.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  if (isRefused(steps[0])) await close(server);
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    begin: (nextSteps) => {
      steps = nextSteps;
      requests = [];
    },
    close: () => close(server),
  };
}

function isRefused(step: Step | undefined): boolean {
  return step !== undefined && "fault" in step && step.fault === "refused";
}

function play(
  step: Step | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  isLast: boolean,
): void {
  if (step === undefined) {
    response.writeHead(599).end();
    return;
  }
  if ("fault" in step) {
    playFault[step.fault](request, response);
    return;
  }
  const body = typeof step.body === "string" ? Buffer.from(step.body) : step.body;
  response.writeHead(step.status, {
    "content-type": "application/json",
    "content-length": body.length,
    // A connection that is kept would not notice that the next one is refused.
    ...(isLast && { connection: "close" }),
    ...step.headers,
  });
  response.end(body);
}

const playFault: Readonly<Record<Fault, (request: IncomingMessage, response: ServerResponse) => void>> = {
  timeout: () => {},
  reset: (request) => request.socket.resetAndDestroy(),
  cut: (request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 1_000 });
    response.write('{"id":', () => request.socket.destroy());
  },
  refused: (request) => request.socket.destroy(),
  garbage: (request) => request.socket.end("this is no reply\r\n\r\n"),
};

/** A request as a server of Node's has it. */
export function seenRequest(request: IncomingMessage, body: string): SeenRequest {
  const url = new URL(request.url ?? "/", "http://provider");
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(", ")]);
  return {
    method: request.method ?? "",
    path: (request.url ?? "").split("?")[0] ?? "",
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers),
    body,
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
