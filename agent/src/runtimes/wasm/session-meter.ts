import type { RunnerGauge } from './runner-handle.ts';
import type { RunnerSession } from './runner-session.ts';

/** What a workload has used over all its runners, one after the other. A runner that is gone keeps its last figures. */
export class SessionMeter {
  #session: RunnerSession | null = null;
  #gauge: RunnerGauge | null = null;
  #past = { cpuMs: 0, throttledMs: 0, sentBytes: 0, receivedBytes: 0 };
  #cpuMs = 0;
  #memoryBytes = 0;
  #throttledMs = 0;
  #peakBytes = 0;

  attach(session: RunnerSession): void {
    this.#session = session;
    this.#gauge = session.process.gauge;
    this.#clear();
  }

  /** The runner is about to be given up, or is gone. */
  detach(): void {
    if (this.#session === null) return;
    this.#measure();
    const { sentBytes, receivedBytes } = this.#session.traffic;
    this.#past = {
      cpuMs: this.#past.cpuMs + this.#cpuMs,
      throttledMs: this.#past.throttledMs + this.#throttledMs,
      sentBytes: this.#past.sentBytes + sentBytes,
      receivedBytes: this.#past.receivedBytes + receivedBytes,
    };
    this.#clear();
    this.#session = null;
  }

  /** Cheap: asked some times a second while a call runs. */
  cpuMs(): number {
    if (this.#session !== null) this.#cpuMs = this.#session.process.gauge.cpuMs() ?? this.#cpuMs;
    return this.#past.cpuMs + this.#cpuMs;
  }

  throttledMs(): number {
    if (this.#session !== null) this.#throttledMs = this.#session.process.gauge.throttledMs();
    return this.#past.throttledMs + this.#throttledMs;
  }

  pacing(): RunnerGauge['pacing'] {
    return this.#gauge?.pacing ?? 'none';
  }

  get peakBytes(): number {
    return Math.max(this.#peakBytes, this.#session?.peakBytes ?? 0);
  }

  totals() {
    this.#measure();
    const { sentBytes = 0, receivedBytes = 0 } = this.#session?.traffic ?? {};
    return {
      source: this.#gauge?.source ?? 'proc',
      isolation: this.#gauge?.isolation ?? 'process',
      cpuMs: this.#past.cpuMs + this.#cpuMs,
      memoryBytes: this.#memoryBytes,
      modulePeakBytes: this.#peakBytes,
      sentBytes: this.#past.sentBytes + sentBytes,
      receivedBytes: this.#past.receivedBytes + receivedBytes,
    };
  }

  #measure(): void {
    if (this.#session === null) return;
    this.#peakBytes = this.peakBytes;
    this.cpuMs();
    this.throttledMs();
    this.#memoryBytes = this.#session.process.gauge.memoryBytes() ?? this.#memoryBytes;
  }

  #clear(): void {
    this.#cpuMs = 0;
    this.#memoryBytes = 0;
    this.#throttledMs = 0;
  }
}
