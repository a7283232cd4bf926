import { misused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { readHiddenLine } from '../terminal/hidden-line.ts';

/** From WHERRY_PASSPHRASE, else asked for at the terminal without showing it. */
export async function askPassphrase(shell: Shell, what: string): Promise<string> {
  const given = shell.env.WHERRY_PASSPHRASE;
  if (given !== undefined && given !== '') return given;
  const typed = await readHiddenLine(shell, what);
  if (typed === undefined) throw misused(`${what}: set WHERRY_PASSPHRASE, or run this at a terminal`);
  return typed;
}
