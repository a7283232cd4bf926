import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import type { Shell } from '../shell.ts';

/** A line from whoever sits at the terminal, without the spaces around it; undefined where nobody does. */
export async function askLine(shell: Shell, prompt: string): Promise<string | undefined> {
  const { terminal, input, signal } = shell;
  if (!terminal.isInteractive || (input === undefined && !process.stdin.isTTY)) return undefined;
  terminal.err.write(`${prompt}: `);
  const lines = createInterface({ input: input === undefined ? process.stdin : Readable.from(input) });
  try {
    return (await lines.question('', { signal })).trim();
  } finally {
    lines.close();
  }
}
