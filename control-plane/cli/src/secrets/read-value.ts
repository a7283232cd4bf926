import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LIMITS } from '@wherry/protocol';
import { misused, refused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { askPassphrase } from '../trust/passphrase.ts';

/** The clear value: from a file, the standard input, or typed without showing it. Never from the command line, which others can read. */
export async function readValue(
  shell: Shell,
  name: string,
  options: { from?: string; raw?: boolean },
): Promise<Buffer> {
  const bytes = await readBytes(shell, name, options.from);
  const value = options.raw ? bytes : withoutNewline(bytes);
  if (value.length === 0)
    throw misused(`the value of ${name} is empty: pipe it in, for example printf %s "$KEY" | wherry …`);
  if (value.length > LIMITS.secretBytes)
    throw refused('payload_too_large', `a secret has at most ${LIMITS.secretBytes} bytes; ${name} has more`);
  return value;
}

async function readBytes(shell: Shell, name: string, from: string | undefined): Promise<Buffer> {
  if (from !== undefined) return await readSmallFile(resolve(shell.folder, from));
  if (shell.input === undefined && process.stdin.isTTY)
    return Buffer.from(await askPassphrase({ ...shell, env: {} }, `value of ${name}`));
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of shell.input ?? process.stdin) {
    parts.push(part);
    length += part.length;
    if (length > LIMITS.secretBytes + 2) break;
  }
  return Buffer.concat(parts);
}

async function readSmallFile(file: string): Promise<Buffer> {
  try {
    await using handle = await open(file);
    const buffer = Buffer.alloc(LIMITS.secretBytes + 3);
    const { bytesRead } = await handle.read(buffer);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw refused('not_found', `read ${file}: ${(error as Error).message}`);
  }
}

/** What an editor or `echo` adds is rarely meant. */
function withoutNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}
