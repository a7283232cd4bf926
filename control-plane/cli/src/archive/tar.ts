import type { FileHandle } from 'node:fs/promises';

/**
 * The entries of a tar archive, by their headers only: contents are read on request. Knows ustar, pax headers (POSIX.1-2001)
 * and GNU long names, which is what container engines write. Throws TarError for what is not such an archive.
 */
export interface TarEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** Offset of the content in the file. */
  readonly at: number;
}

export class TarError extends Error {}

const BLOCK = 512;
const ENTRIES_MAX = 100_000;
const META_MAX_BYTES = 1024 * 1024;
const REGULAR = new Set(['0', '\0', '7']);

export async function* readTar(file: FileHandle): AsyncGenerator<TarEntry> {
  const { size: end } = await file.stat();
  let at = 0;
  let extended: { name?: string; size?: number } = {};
  for (let count = 0; at + BLOCK <= end; count++) {
    if (count > ENTRIES_MAX) throw new TarError(`it has more than ${ENTRIES_MAX} entries`);
    const header = await readAt(file, at, BLOCK);
    if (header.every((byte) => byte === 0)) return;
    checkSum(header, at);
    const type = String.fromCharCode(header[156] ?? 0);
    const sizeBytes = extended.size ?? numberAt(header, 124, 12);
    const content = at + BLOCK;
    if (content + sizeBytes > end) throw new TarError(`its entry at byte ${at} is cut off`);
    at = content + Math.ceil(sizeBytes / BLOCK) * BLOCK;
    if (type === 'x' || type === 'L') {
      const text = (await readMeta(file, content, sizeBytes)).toString('utf8');
      extended = type === 'x' ? { ...extended, ...parsePax(text) } : { ...extended, name: untilNul(text) };
      continue;
    }
    if (type === 'g' || type === 'K') continue;
    if (REGULAR.has(type)) yield { name: extended.name ?? nameAt(header), sizeBytes, at: content };
    extended = {};
  }
}

export async function readEntry(file: FileHandle, entry: TarEntry, maxBytes: number): Promise<Buffer> {
  if (entry.sizeBytes > maxBytes)
    throw new TarError(`${entry.name} in it has ${entry.sizeBytes} bytes, more than ${maxBytes}`);
  return readAt(file, entry.at, entry.sizeBytes);
}

async function readMeta(file: FileHandle, at: number, sizeBytes: number): Promise<Buffer> {
  if (sizeBytes > META_MAX_BYTES) throw new TarError(`a header in it has ${sizeBytes} bytes`);
  return readAt(file, at, sizeBytes);
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  if (bytesRead < length) throw new TarError(`it ends within byte ${at + bytesRead}`);
  return buffer;
}

/** The sum of the header's bytes, its own field counted as spaces. */
function checkSum(header: Buffer, at: number): void {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : (header[i] ?? 0);
  if (sum !== numberAt(header, 148, 8)) throw new TarError(`it is not a tar archive (checksum at byte ${at})`);
}

/** Octal text, or big-endian binary when the first bit is set (GNU, for sizes from 8 GiB on). */
function numberAt(header: Buffer, at: number, length: number): number {
  if ((header[at] ?? 0) & 0x80) {
    const value = header.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
    if (!Number.isSafeInteger(value)) throw new TarError('a number in it is too large');
    return value;
  }
  const text = untilNul(header.toString('latin1', at, at + length)).trim();
  if (!/^[0-7]*$/.test(text)) throw new TarError(`it is not a tar archive (number at byte ${at} of a header)`);
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function nameAt(header: Buffer): string {
  const name = untilNul(header.toString('utf8', 0, 100));
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? untilNul(header.toString('utf8', 345, 500)) : '';
  return prefix ? `${prefix}/${name}` : name;
}

/** Records of the form `LENGTH key=value\n`. */
function parsePax(text: string): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {};
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    const length = Number.parseInt(rest.toString('latin1', 0, 12), 10);
    if (!(length > 0) || length > rest.length) throw new TarError('a pax header in it is damaged');
    const [, key, value] = rest.toString('utf8', 0, length).match(/^\d+ ([^=]+)=(.*)\n$/s) ?? [];
    if (key === 'path' && value !== undefined) found.name = value;
    if (key === 'size' && value !== undefined && /^\d{1,15}$/.test(value)) found.size = Number(value);
    rest = rest.subarray(length);
  }
  return found;
}

function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
