import { randomInt } from 'node:crypto';
import { misused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { readHiddenLine } from '../terminal/hidden-line.ts';

/** A password is never an argument: those are seen by everybody on the machine, and kept in the shell's history. */
export async function askPassword(shell: Shell, user: string): Promise<string> {
  return shell.env.WHERRY_PASSWORD || (await typed(shell, `password of ${user}`, 'WHERRY_PASSWORD'));
}

/** Typed twice, for nobody sees what is typed. */
export async function askNewPassword(shell: Shell, user: string, variable: string): Promise<string> {
  const given = shell.env[variable];
  if (given) return given;
  const first = await typed(shell, `new password of ${user}`, variable);
  if ((await typed(shell, 'once more', variable)) === first) return first;
  throw misused('the two are not the same: begin again');
}

async function typed(shell: Shell, prompt: string, variable: string): Promise<string> {
  const line = await readHiddenLine(shell, prompt);
  if (line === undefined) throw misused(`${prompt}: set ${variable}, or run this at a terminal`);
  return line;
}

/** No letters and digits that look alike. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP_CHARS = 4;

/** 100 bits, in groups that can be read out. */
export function generatePassword(): string {
  const char = () => ALPHABET[randomInt(ALPHABET.length)];
  const group = () => Array.from({ length: GROUP_CHARS }, char).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
