import type { Profiler } from "node:inspector";
import { type NodeWorker, Session } from "node:inspector/promises";

/** A function that ran. */
export interface RunFunction {
  /** 0 is the main thread; workers are numbered as they start. */
  readonly thread: number;
  /** URL of the function's file. */
  readonly url: string;
  readonly name: string;
  /** Where the function begins in its file: 0 is the module itself. */
  readonly offset: number;
}

/** Records which functions run, in the main thread and in every worker. */
export interface Coverage {
  /** The functions that ran since the last call. */
  take(): Promise<readonly RunFunction[]>;
  stop(): void;
}

/** Starts to record. A module that is imported afterwards is recorded from its first line on. */
export async function startCoverage(): Promise<Coverage> {
  const main = new Session();
  main.connect();
  const threads: Thread[] = [(method, params) => main.post(method as "Profiler.enable", params as never)];
  followWorkers(main, (worker) => {
    threads.push(worker);
    void begin(worker);
  });
  await main.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
  await begin(threads[0] as Thread);
  return {
    take: async () => (await Promise.all(threads.map(takeFrom))).flat(),
    stop: () => main.disconnect(),
  };
}

/** Sends a command of the inspector protocol to a thread. */
type Thread = (method: string, params?: object) => Promise<unknown>;

async function begin(thread: Thread): Promise<void> {
  await thread("Profiler.enable");
  await thread("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
}

async function takeFrom(thread: Thread, number: number): Promise<readonly RunFunction[]> {
  const { result } = (await thread("Profiler.takePreciseCoverage")) as Profiler.TakePreciseCoverageReturnType;
  return result.flatMap(({ url, functions }) =>
    functions.flatMap(({ functionName: name, ranges: [range] }) =>
      range && range.count > 0 ? [{ thread: number, url, name, offset: range.startOffset }] : [],
    ),
  );
}

/** Workers speak the same protocol, in messages that the main session carries. */
function followWorkers(main: Session, found: (worker: Thread) => void): void {
  const waiting = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  main.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
    const { id, result } = JSON.parse(params.message) as { id?: number; result?: unknown };
    if (id === undefined) return;
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  main.on("NodeWorker.attachedToWorker", ({ params: { sessionId } }: { params: Attached }) =>
    found((method, params = {}) => {
      const id = ++lastId;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiting.set(id, resolve);
      const message = JSON.stringify({ id, method, params });
      void main.post("NodeWorker.sendMessageToWorker", { sessionId, message });
      return promise;
    }),
  );
}

type Attached = NodeWorker.AttachedToWorkerEventDataType;
