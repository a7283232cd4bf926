import { LIMITS } from '@wherry/protocol';
import type { EdgeKind, Pin } from '../port.ts';
import type { HardwareScript } from './script.ts';

/** A pin in memory: an input follows its script, and whatever a test does to it; an output remembers. */
export class FakePin implements Pin {
  readonly #changes: HardwareScript['gpio'][string]['changes'];
  readonly #elapsedMs: () => number;
  readonly #onWrite: (isActive: boolean) => void;
  #isActive: boolean;
  #isWatched = false;
  #edges: EdgeKind[] = [];
  #nextChange = 0;

  constructor(
    changes: HardwareScript['gpio'][string]['changes'],
    elapsedMs: () => number,
    onWrite: (isActive: boolean) => void,
  ) {
    this.#changes = changes.toSorted((a, b) => a.atMs - b.atMs);
    this.#elapsedMs = elapsedMs;
    this.#onWrite = onWrite;
    this.#isActive = false;
  }

  read(): boolean {
    this.#follow();
    return this.#isActive;
  }

  write(isActive: boolean): void {
    this.#isActive = isActive;
    this.#onWrite(isActive);
  }

  watch(): void {
    this.#follow();
    this.#isWatched = true;
  }

  edges(): readonly EdgeKind[] {
    this.#follow();
    return this.#edges.splice(0);
  }

  /** What a finger, or another circuit, does to an input. */
  drive(isActive: boolean): void {
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    if (!this.#isWatched) return;
    this.#edges.push(isActive ? 'rising' : 'falling');
    if (this.#edges.length > LIMITS.gpioEdges) this.#edges.shift();
  }

  /** It is there for as long as the machine; the next user begins without the edges of this one. */
  close(): void {
    this.#isWatched = false;
    this.#edges = [];
  }

  #follow(): void {
    const nowMs = this.#elapsedMs();
    for (;;) {
      const change = this.#changes[this.#nextChange];
      if (change === undefined || change.atMs > nowMs) return;
      this.#nextChange += 1;
      this.drive(change.active);
    }
  }
}
