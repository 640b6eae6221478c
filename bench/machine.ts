import { cpus, loadavg, totalmem } from "node:os";

/** Where and when a bench ran: its numbers mean nothing without it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly node: string;
  readonly platform: string;
  /** ISO 8601. */
  readonly date: string;
  /** Processes that wanted the processor in the last minute before the bench. Above zero, others were at work too. */
  readonly loadBefore: number;
}

/** This machine, now. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString(),
    loadBefore: loadavg()[0] ?? 0,
  };
}
