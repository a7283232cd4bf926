import type { Command } from 'commander';
import type { Terminal } from './terminal/terminal.ts';

/** What every command works with; made once in main.ts, and by tests. */
export interface Shell {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly nowMs: () => number;
  /** Where values come from that are not for the command line; the process's standard input without. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** Ends what watches and follows: Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface GlobalOptions {
  readonly json?: boolean;
  readonly server?: string;
  readonly token?: string;
}

export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals();
}

/** Writes a result: as JSON for programs, else as the text for people. */
export function present(shell: Shell, command: Command, value: unknown, text: () => string): void {
  const { json } = globalOptions(command);
  shell.terminal.out.write(`${json ? JSON.stringify(value, null, 2) : text()}\n`);
}

/** Says something beside the result; programs that asked for JSON are spared. */
export function note(shell: Shell, command: Command, text: string): void {
  if (!globalOptions(command).json) shell.terminal.err.write(`${text}\n`);
}
