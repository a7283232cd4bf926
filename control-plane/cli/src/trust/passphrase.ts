import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { misused } from '../failure.ts';
import type { Shell } from '../shell.ts';

/** From WHERRY_PASSPHRASE, else asked for at the terminal without showing it. */
export async function askPassphrase(shell: Shell, what: string): Promise<string> {
  const given = shell.env.WHERRY_PASSPHRASE;
  if (given !== undefined && given !== '') return given;
  if (!shell.terminal.isInteractive || !process.stdin.isTTY)
    throw misused(`${what} needs a passphrase: set WHERRY_PASSPHRASE, or run this at a terminal`);
  shell.terminal.err.write(`${what}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question('', { signal: shell.signal });
  } finally {
    lines.close();
    shell.terminal.err.write('\n');
  }
}
