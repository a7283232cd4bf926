import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { type Outcome, refuse, succeed } from '@wherry/protocol';

/**
 * What a packed agent says of itself, in the file `about` at the beginning of the archive that firmware-targets makes: found when
 * publishing, a mistake costs a sentence, and not a self-test on each device. Code: invalid_body.
 */
export interface AgentArchive {
  readonly version: string;
  readonly target: string;
}

const BLOCK_BYTES = 512;
/** Licences and checksums come before it. */
const LOOKED_AT_BYTES = 4 * 1024 * 1024;

export async function readAgentArchive(file: string): Promise<Outcome<AgentArchive>> {
  const head = await readHead(file);
  const about = head === null ? null : findAbout(head);
  const version = /^WHERRY_VERSION=(\S+)$/m.exec(about ?? '')?.[1];
  const target = /^WHERRY_TARGET=(\S+)$/m.exec(about ?? '')?.[1];
  if (version === undefined || target === undefined)
    return refuse('invalid_body', `${file} is no packed agent: make it with firmware-targets/src/pack.ts`);
  return succeed({ version, target });
}

/** Null for what is no gzip. */
async function readHead(file: string): Promise<Buffer | null> {
  const source = createReadStream(file);
  const plain = source.pipe(createGunzip());
  source.on('error', (error) => plain.destroy(error));
  const parts: Buffer[] = [];
  let have = 0;
  try {
    for await (const part of plain) {
      parts.push(part);
      have += part.length;
      if (have >= LOOKED_AT_BYTES) break;
    }
    return Buffer.concat(parts);
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('Z_')) return null;
    throw error;
  } finally {
    source.destroy();
  }
}

function findAbout(head: Buffer): string | null {
  for (let at = 0; at + BLOCK_BYTES <= head.length; ) {
    const name = textOf(head.subarray(at, at + 100));
    const sizeBytes = Number.parseInt(textOf(head.subarray(at + 124, at + 136)), 8);
    if (name === '' || Number.isNaN(sizeBytes)) return null;
    const content = at + BLOCK_BYTES;
    if (/^[^/]+\/about$/.test(name)) return head.subarray(content, content + sizeBytes).toString('utf8');
    at = content + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return null;
}

function textOf(field: Buffer): string {
  const end = field.indexOf(0);
  return field
    .subarray(0, end === -1 ? field.length : end)
    .toString('utf8')
    .trim();
}
