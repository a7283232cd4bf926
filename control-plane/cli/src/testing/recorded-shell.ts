import { runProgram } from '../program.ts';
import type { Shell } from '../shell.ts';
import { scratchFolder } from './scratch-folder.ts';

/** A shell of its own for tests: a fresh folder that is also its home, and what was written. */
export interface RecordedShell extends Shell {
  readonly env: Record<string, string | undefined>;
  run(...argv: string[]): Promise<{ exitCode: number; out: string; err: string }>;
}

export function recordedShell(signal: AbortSignal = new AbortController().signal): RecordedShell {
  const folder = scratchFolder();
  let out = '';
  let err = '';
  const shell: RecordedShell = {
    terminal: {
      out: { write: (text) => (out += text) },
      err: { write: (text) => (err += text) },
      isInteractive: false,
    },
    env: { HOME: folder },
    folder,
    nowMs: Date.now,
    signal,
    run: async (...argv) => {
      out = '';
      err = '';
      const exitCode = await runProgram(argv, shell);
      return { exitCode, out, err };
    },
  };
  return shell;
}
