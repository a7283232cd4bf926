/**
 * Writes ustar archives byte for byte alike from the same entries: fixed owner and time, no extensions. Only what images
 * need: regular files and folders with names up to 100 bytes.
 */
export interface TarEntry {
  readonly name: string;
  /** Absent for a folder. */
  readonly content?: Uint8Array;
  readonly mode: number;
}

const BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 100;

export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks: Uint8Array[] = [];
  for (const entry of entries) {
    const content = entry.content ?? new Uint8Array();
    blocks.push(header(entry, content.length), content, padding(content.length));
  }
  blocks.push(Buffer.alloc(2 * BLOCK_BYTES));
  return Buffer.concat(blocks);
}

function header(entry: TarEntry, sizeBytes: number): Buffer {
  const isFolder = entry.content === undefined;
  const name = isFolder ? `${entry.name}/` : entry.name;
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw new RangeError(`tar entry name is too long: ${name}`);
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(name, 0);
  block.write(octal(entry.mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(sizeBytes, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(' '.repeat(8), 148);
  block.write(isFolder ? '5' : '0', 156);
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\u0000 `, 148, 'latin1');
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function padding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}
