import { createHash } from 'node:crypto';

/** Hand-made modules for the `assemblyscript` ABI: the smallest that start, answer probes, trap or loop. */
export interface TinyModule {
  /** Makes the bytes, and so the digest, differ. */
  readonly label: string;
  readonly onStart?: 'return' | 'trap';
  /** What `onHealth` answers: 0 is healthy. */
  readonly health?: 0 | 1;
  readonly paddingBytes?: number;
}

export function tinyModule({ label, onStart = 'return', health = 0, paddingBytes = 0 }: TinyModule): Buffer {
  const custom = [...text(label), ...Array.from({ length: paddingBytes }, (_, at) => at % 251)];
  return Buffer.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    // () -> () and () -> (i32)
    ...section(1, [2, 0x60, 0, 0, 0x60, 0, 1, 0x7f]),
    ...section(3, [2, 0, 1]),
    // one page, at most two
    ...section(5, [1, 0x01, 1, 2]),
    ...section(7, [3, ...text('memory'), 2, 0, ...text('onStart'), 0, 0, ...text('onHealth'), 0, 1]),
    ...section(10, [2, ...body(onStart === 'trap' ? [0x00] : []), ...body([0x41, health])]),
    ...section(0, custom),
  ]);
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

function body(code: readonly number[]): number[] {
  const content = [0, ...code, 0x0b];
  return [...leb(content.length), ...content];
}

function text(value: string): number[] {
  const bytes = [...Buffer.from(value)];
  return [...leb(bytes.length), ...bytes];
}

function leb(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    out.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return out;
}
