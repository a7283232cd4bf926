import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { SERVER_LIMITS } from '../../config/limits.ts';
import { OutboundBatch } from './outbound-batch.ts';
import type { FromBroker, ToBroker } from './wire.ts';

/** One life of the broker's process: what is said to it, what it says, and how it ended. */
export interface BrokerChild {
  readonly pid: number | undefined;
  /** Payloads that it has not taken yet. */
  readonly unsentBytes: number;
  readonly exited: Promise<ChildEnd>;
  send(message: ToBroker, payloadBytes?: number): void;
  /** Lets go of it; it ends by itself, or is ended. */
  end(): Promise<ChildEnd>;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of what it wrote on stderr: why it gave up. */
  readonly said: string;
}

const PROGRAM = fileURLToPath(new URL('./broker-process.ts', import.meta.url));
const SAID_CHARS = 2_000;
/** When memory runs out the kernel takes the broker, which starts again within a second, and not the API. Source: proc(5). */
const OOM_SCORE = '500';

export function startBrokerChild(onMessage: (message: FromBroker) => void): BrokerChild {
  const child = fork(PROGRAM, {
    serialization: 'advanced',
    env: {},
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const out = new OutboundBatch<ToBroker>((batch, taken) => {
    if (child.connected) child.send(batch, () => taken());
    else taken();
  });
  const stopPings = pingWhileAlive(child, out);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-SAID_CHARS);
  });
  child.on('message', (batch) => {
    for (const message of batch as readonly FromBroker[]) onMessage(message);
  });
  // What fails between the two ends in an exit, which says more.
  child.on('error', () => {});
  preferToKill(child.pid);
  const saidAll = child.stderr ? finished(child.stderr).catch(() => {}) : Promise.resolve();
  // Not `close`: that does not come once the channel was let go of from here.
  const exited = once(child, 'exit').then(async ([code, signal]): Promise<ChildEnd> => {
    stopPings();
    await saidAll;
    return { code, signal, said };
  });
  return {
    pid: child.pid,
    get unsentBytes() {
      return out.unsentBytes;
    },
    exited,
    send: (message, payloadBytes) => out.add(message, payloadBytes),
    async end() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), SERVER_LIMITS.brokerStopWithinMs);
      return await exited.finally(() => clearTimeout(timer));
    },
  };
}

/** Counts questions, not time: while this process itself is held up it asks nothing. */
function pingWhileAlive(child: ChildProcess, out: OutboundBatch<ToBroker>): () => void {
  let unanswered = 0;
  child.on('message', () => {
    unanswered = 0;
  });
  const timer = setInterval(() => {
    if (unanswered >= SERVER_LIMITS.brokerPingsUnanswered) child.kill('SIGKILL');
    unanswered += 1;
    out.add({ kind: 'ping' });
  }, SERVER_LIMITS.brokerPingEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

function preferToKill(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE);
  } catch {
    // Not Linux, or it has ended already: the kernel chooses by itself.
  }
}
