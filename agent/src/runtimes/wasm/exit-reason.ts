import { describeLimitHit, type LimitHit } from '@wherry/protocol';
import type { ExitReason } from '../port.ts';
import type { RunnerExit } from './runner-handle.ts';

/** Why we ended a runner ourselves, if we did. */
export type Intent =
  | { readonly kind: 'stop' }
  | { readonly kind: 'ended'; readonly exitCode: number }
  | { readonly kind: 'limit'; readonly hit: LimitHit }
  | { readonly kind: 'failed'; readonly message: string };

/** What the module may have, and the most that it was seen with. */
export interface MemoryFacts {
  readonly limitBytes: number;
  readonly peakBytes: number;
}

const OUT_OF_MEMORY = /out of memory|allocation failed|Cannot allocate memory|std::bad_alloc/i;

const ADVICE: Partial<Record<LimitHit['limit'], string>> = {
  wall: 'raise limits.wall, or let the program do less at a time',
  cpu_time: 'raise limits.cpuTime, or let the program do less at a time',
  memory: 'raise limits.memory, or let the program use less',
};

/** What the end of a process means, from what we meant to do, and from how it went. */
export function exitReasonOf(exit: RunnerExit, intent: Intent | null, memory: MemoryFacts): ExitReason {
  if (exit.violation !== null)
    return { kind: 'crashed', code: 'guest_error', message: `the runner was ended: it sent ${exit.violation}` };
  switch (intent?.kind) {
    case 'stop':
      return { kind: 'stopped' };
    case 'ended':
      return intent;
    case 'limit':
      return crashedBy(intent.hit);
    case 'failed':
      return { kind: 'crashed', code: 'guest_error', message: intent.message };
  }
  const isKilled = exit.signal === 'SIGKILL' || exit.isOutOfMemory === true;
  if (OUT_OF_MEMORY.test(exit.stderr) || isKilled)
    return crashedBy({ limit: 'memory', limitBytes: memory.limitBytes, usedBytes: memory.peakBytes });
  const how = exit.signal ?? `exit code ${exit.code}`;
  return {
    kind: 'crashed',
    code: 'guest_error',
    message: `the runner ended by itself (${how}) ${lastLine(exit.stderr)}`.trim(),
  };
}

function crashedBy(hit: LimitHit): ExitReason {
  const code = hit.limit === 'wall' ? 'wall_limit' : hit.limit === 'cpu_time' ? 'cpu_limit' : 'memory_limit';
  return { kind: 'crashed', code, message: `${describeLimitHit(hit)}: ${ADVICE[hit.limit] ?? ''}`, limit: hit };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
