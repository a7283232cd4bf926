import { closeSync, createReadStream, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LIMITS } from '@wherry/protocol';
import { syncFolder } from '../store/files.ts';
import { type ArchiveEntry, ArchiveRefused, BLOCK_BYTES, readHeader } from './archive-entries.ts';

/** Unpacks a packed agent into an empty folder; every file and folder is on the disk when it resolves. Throws ArchiveRefused. */
export async function unpack(archive: string, to: string): Promise<void> {
  const source = createReadStream(archive);
  // Node's zlib is read when an archive comes.
  const plain = process.getBuiltinModule('node:zlib').createGunzip();
  source.on('error', (error) => plain.destroy(error));
  const reader = new BlockReader(source.pipe(plain));
  const folders = new Set([to]);
  let files = 0;
  let bytes = 0;
  try {
    for (let header = await reader.read(BLOCK_BYTES); header !== null; header = await reader.read(BLOCK_BYTES)) {
      const entry = readHeader(header);
      if (entry === null) break;
      files += 1;
      bytes += entry.sizeBytes;
      if (files > LIMITS.agentFiles || bytes > LIMITS.agentBytes)
        throw new ArchiveRefused('it is larger than any agent');
      const path = join(to, entry.path);
      const folder = entry.isFolder ? path : dirname(path);
      mkdirSync(folder, { recursive: true });
      folders.add(folder);
      if (!entry.isFolder) await writeFile(path, entry, reader);
    }
  } catch (error) {
    throw String((error as { code?: unknown }).code).startsWith('Z_')
      ? new ArchiveRefused('it is no gzip', { cause: error })
      : error;
  } finally {
    source.destroy();
    plain.destroy();
  }
  for (const folder of folders) syncFolder(folder);
}

async function writeFile(path: string, { sizeBytes, isExecutable }: ArchiveEntry, reader: BlockReader): Promise<void> {
  const file = openSync(path, 'wx', isExecutable ? 0o755 : 0o644);
  try {
    for (let left = sizeBytes; left > 0; ) {
      const chunk = await reader.read(Math.min(left, PIECE_BYTES));
      if (chunk === null) throw new ArchiveRefused('it ends in the middle of a file');
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      left -= chunk.length;
    }
    const padding = (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
    if (padding > 0) await reader.read(padding);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const PIECE_BYTES = 64 * 1024;

/** Exactly so many bytes at a time from a stream; null at its end. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async read(length: number): Promise<Buffer | null> {
    const parts = [this.#rest];
    let have = this.#rest.length;
    while (have < length) {
      const next = await this.#chunks.next();
      if (next.done === true) return null;
      parts.push(next.value);
      have += next.value.length;
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts);
    this.#rest = all.subarray(length);
    return all.subarray(0, length);
  }
}
