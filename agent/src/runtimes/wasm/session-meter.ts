import { processCpuMs, processMemoryBytes } from './process-usage.ts';
import type { RunnerSession } from './runner-session.ts';

/** What a workload has used over all its runners, one after the other. A runner that is gone keeps its last figures. */
export class SessionMeter {
  #session: RunnerSession | null = null;
  #past = { cpuMs: 0, sentBytes: 0, receivedBytes: 0 };
  #now = { cpuMs: 0, memoryBytes: 0 };
  #peakBytes = 0;

  attach(session: RunnerSession): void {
    this.#session = session;
    this.#now = { cpuMs: 0, memoryBytes: 0 };
  }

  /** The runner is about to be given up, or is gone. */
  detach(): void {
    if (this.#session === null) return;
    this.#measure();
    const { sentBytes, receivedBytes } = this.#session.traffic;
    this.#past = {
      cpuMs: this.#past.cpuMs + this.#now.cpuMs,
      sentBytes: this.#past.sentBytes + sentBytes,
      receivedBytes: this.#past.receivedBytes + receivedBytes,
    };
    this.#now = { cpuMs: 0, memoryBytes: 0 };
    this.#session = null;
  }

  cpuMs(): number {
    this.#measure();
    return this.#past.cpuMs + this.#now.cpuMs;
  }

  totals() {
    this.#measure();
    const { sentBytes = 0, receivedBytes = 0 } = this.#session?.traffic ?? {};
    return {
      cpuMs: this.#past.cpuMs + this.#now.cpuMs,
      memoryBytes: this.#now.memoryBytes,
      modulePeakBytes: this.#peakBytes,
      sentBytes: this.#past.sentBytes + sentBytes,
      receivedBytes: this.#past.receivedBytes + receivedBytes,
    };
  }

  #measure(): void {
    if (this.#session === null) return;
    this.#peakBytes = Math.max(this.#peakBytes, this.#session.peakBytes);
    const { pid } = this.#session.process;
    if (pid === undefined) return;
    this.#now = {
      cpuMs: processCpuMs(pid) ?? this.#now.cpuMs,
      memoryBytes: processMemoryBytes(pid) ?? this.#now.memoryBytes,
    };
  }
}
