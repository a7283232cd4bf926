import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Shell } from '../shell.ts';

/** A line from the terminal that is not shown while it is typed; undefined where nobody sits at one. */
export async function readHiddenLine(shell: Shell, prompt: string): Promise<string | undefined> {
  if (!shell.terminal.isInteractive || !process.stdin.isTTY) return undefined;
  shell.terminal.err.write(`${prompt}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question('', { signal: shell.signal });
  } finally {
    lines.close();
    shell.terminal.err.write('\n');
  }
}
