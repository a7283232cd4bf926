import type { ExitReason } from '../port.ts';
import type { RunnerExit } from './runner-process.ts';

/** Why we ended a runner ourselves, if we did. */
export type Intent =
  | { readonly kind: 'stop' }
  | { readonly kind: 'ended'; readonly exitCode: number }
  | { readonly kind: 'wall'; readonly wallMs: number }
  | { readonly kind: 'failed'; readonly message: string };

const OUT_OF_MEMORY = /out of memory|allocation failed|Cannot allocate memory|std::bad_alloc/i;

/** What the end of a process means, from what we meant to do, and from how it went. */
export function exitReasonOf(exit: RunnerExit, intent: Intent | null): ExitReason {
  if (exit.violation !== null)
    return { kind: 'crashed', code: 'guest_error', message: `the runner was ended: it sent ${exit.violation}` };
  switch (intent?.kind) {
    case 'stop':
      return { kind: 'stopped' };
    case 'ended':
      return intent;
    case 'wall':
      return {
        kind: 'crashed',
        code: 'wall_limit',
        message: `a call ran longer than ${intent.wallMs} ms and was ended: raise limits.wall, or let the program do less at a time`,
      };
    case 'failed':
      return { kind: 'crashed', code: 'guest_error', message: intent.message };
  }
  if (OUT_OF_MEMORY.test(exit.stderr) || exit.signal === 'SIGKILL')
    return {
      kind: 'crashed',
      code: 'memory_limit',
      message: 'the runner was ended for its memory: raise limits.memory, or let the program use less',
    };
  const how = exit.signal ?? `exit code ${exit.code}`;
  return {
    kind: 'crashed',
    code: 'guest_error',
    message: `the runner ended by itself (${how}) ${lastLine(exit.stderr)}`.trim(),
  };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
