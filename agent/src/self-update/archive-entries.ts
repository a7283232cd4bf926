/**
 * The archive of a packed agent: a ustar of folders and plain files, in one folder at the top. Links, devices and everything else
 * that an archive may hold are refused, as are names that lead out of the folder.
 */
export interface ArchiveEntry {
  /** Below the folder at the top; '' is that folder. */
  readonly path: string;
  readonly isFolder: boolean;
  readonly isExecutable: boolean;
  readonly sizeBytes: number;
}

export const BLOCK_BYTES = 512;

export class ArchiveRefused extends Error {
  override readonly name = 'ArchiveRefused';
}

/** Null for the block of zeros that ends the archive. Throws ArchiveRefused. */
export function readHeader(block: Buffer): ArchiveEntry | null {
  if (block.every((byte) => byte === 0)) return null;
  if (checksumOf(block) !== octal(block, 148, 8)) throw new ArchiveRefused('a header has a wrong checksum');
  if (text(block, 257, 5) !== 'ustar') throw new ArchiveRefused('it is not in the ustar format');
  const type = text(block, 156, 1) || '0';
  if (type !== '0' && type !== '5') throw new ArchiveRefused(`it holds an entry of type ${JSON.stringify(type)}`);
  const prefix = text(block, 345, 155);
  const name = prefix === '' ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`;
  return {
    path: pathOf(name),
    isFolder: type === '5',
    isExecutable: (octal(block, 100, 8) & 0o100) !== 0,
    sizeBytes: type === '5' ? 0 : octal(block, 124, 12),
  };
}

function pathOf(name: string): string {
  const [top, ...steps] = name.replace(/\/$/, '').split('/');
  if ([top, ...steps].some((step) => step === undefined || step === '' || step === '.' || step === '..'))
    throw new ArchiveRefused(`the name ${JSON.stringify(name)} is not a path inside it`);
  return steps.join('/');
}

function text(block: Buffer, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString('utf8');
}

function octal(block: Buffer, from: number, length: number): number {
  const digits = text(block, from, length).trim();
  if (!/^[0-7]{1,11}$/.test(digits)) throw new ArchiveRefused('a header has a field that is no number');
  return Number.parseInt(digits, 8);
}

/** POSIX: the sum of all bytes of the header, with blanks in the place of the sum. */
function checksumOf(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}
