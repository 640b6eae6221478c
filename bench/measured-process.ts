import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A process that is measured from outside. */
export interface MeasuredProcess extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** When it was started, on the clock of `performance.now()`. */
  readonly startedAt: number;
  usage(): Promise<Usage>;
  /** Has the program carry out something that it offers, and returns its answer. */
  ask(question: object): Promise<unknown>;
}

/** What a process has used so far. */
export interface Usage {
  /** User and system time of all its threads. */
  readonly cpuMicroseconds: number;
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
}

/** How to start a process. */
export interface ProcessOptions {
  /** From the root of the repository. */
  readonly program: string;
  /** All of its environment but PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes its standard output, which is the log of a server. */
  readonly folder: string;
  /** Takes a CPU profile of each of its threads. */
  readonly profileFolder?: string | undefined;
}

const root = fileURLToPath(new URL("../", import.meta.url));

/** What `npm start` loads before the service, and so before all that is compared with it. */
const startsWith = ["--require", "./src/boot/node-version.cjs", "--require", "./src/boot/compile-cache.cjs"];

/** How long a process may take to end by itself, in milliseconds. */
const patienceMs = 10_000;

/** Starts a program and waits until it prints, on standard error, the URL where it listens. */
export async function startMeasured(options: ProcessOptions): Promise<MeasuredProcess> {
  const startedAt = performance.now();
  const child = spawnProgram(options);
  const url = await listeningUrl(child, options.program);
  const ended = new Promise<never>((_, reject) => {
    child.once("exit", (code) =>
      reject(new Error(`${options.program} ended with ${code} while it was measured`)),
    );
  });
  ended.catch(() => undefined);
  const ask = async (question: object | string): Promise<unknown> => {
    child.send(question);
    const [answer] = await Promise.race([once(child, "message"), ended]);
    return answer;
  };
  return {
    url,
    startedAt,
    ask,
    usage: async () => (await ask("usage")) as Usage,
    [Symbol.asyncDispose]: () => stop(child),
  };
}

function spawnProgram({ program, environment, folder, profileFolder }: ProcessOptions): ChildProcess {
  const profiling = profileFolder ? ["--cpu-prof", "--cpu-prof-dir", profileFolder] : [];
  // A file, and not a pipe: reading the log would cost the processor that is measured.
  const log = openSync(join(folder, "output.log"), "a");
  const preloaded = [...startsWith, "--import", "./bench/report-usage.ts"];
  const child = spawn(process.execPath, [...profiling, ...preloaded, program], {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", ...environment },
    stdio: ["ignore", log, "pipe", "ipc"],
  });
  closeSync(log);
  return child;
}

function listeningUrl(child: ChildProcess, program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    let found = false;
    child.once("exit", (code) =>
      reject(new Error(`${program} ended with ${code} before it listened:\n${printed}`)),
    );
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (found) process.stderr.write(text);
      printed += text;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
      if (!url || found) return;
      found = true;
      resolve(url);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  await exited;
  clearTimeout(timer);
}
