import type { ToRunner } from '../../runner/messages.ts';
import type { CheckedMessage } from './messages-in.ts';

/** What holds one module, as the agent sees it: messages in, messages out, an end. Knows nothing of triggers or grants. */
export interface RunnerHandle {
  /** Undefined when the process could not be made at all. */
  readonly pid: number | undefined;
  readonly exited: Promise<RunnerExit>;
  readonly gauge: RunnerGauge;
  /** Whoever holds the runner from now on hears what it says. */
  handOver(onMessage: OnMessage): void;
  /** What the kernel lets it have from now on, where the kernel limits it at all. */
  confine(to: { readonly moduleBytes?: number; readonly cpuShare?: number }): void;
  /** A runner that only waits keeps nobody from ending; one that works does. */
  keepAlive(isNeeded: boolean): void;
  send(message: ToRunner, tail?: Uint8Array): void;
  /** Stops reading for a while: the runner's next message waits in the socket, and soon the runner with it. */
  holdBack(delayMs: number): void;
  /** Closes the channel: the runner ends when it next reads. */
  close(): void;
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void;
  /** Ends a runner that does what no runner of ours does. */
  violate(what: string): void;
}

export type OnMessage = (message: CheckedMessage, tail: Uint8Array) => void;

export interface RunnerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of what the process wrote to its standard error: how V8 says that it ran out of memory. */
  readonly stderr: string;
  /** Set when the runner broke the protocol and was ended for it. */
  readonly violation: string | null;
  /** The kernel ended it for the memory of its cgroup. */
  readonly isOutOfMemory?: boolean;
  /** It ended because another program in the same process brought the process down. */
  readonly byNeighbour?: string;
}

/** Where the figures of a runner come from, and what keeps it to its CPU share. */
export interface RunnerGauge {
  readonly source: 'proc' | 'cgroup';
  readonly isolation: 'shared' | 'process' | 'scope';
  /** `signals`: paused by the agent. `kernel`: by its cgroup. `none`: nobody can pause it alone. */
  readonly pacing: 'signals' | 'kernel' | 'none';
  /** CPU time of the runner, ms. Null when it is gone. */
  cpuMs(): number | null;
  memoryBytes(): number | null;
  /** How long the kernel has paused it, ms; 0 where it does not. */
  throttledMs(): number;
}
