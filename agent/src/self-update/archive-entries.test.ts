import { expect, test } from 'vitest';
import { ArchiveRefused, readHeader } from './archive-entries.ts';

/** A header as ustar(5) lays it out, with a right checksum. */
function header(fields: {
  readonly name: string;
  readonly type?: string;
  readonly prefix?: string;
  readonly magic?: string;
}) {
  const block = Buffer.alloc(512);
  block.write(fields.name, 0);
  block.write('0000755', 100);
  block.write('00000000017', 124);
  block.write('        ', 148);
  block.write(fields.type ?? '0', 156);
  block.write(fields.magic ?? 'ustar', 257);
  block.write(fields.prefix ?? '', 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

test('a plain file, a folder, and the end', () => {
  const file = { isFolder: false, isExecutable: true, sizeBytes: 15 };
  expect(readHeader(header({ name: 'agent/bin/node' }))).toEqual({ path: 'bin/node', ...file });
  expect(readHeader(header({ name: 'app/main.mjs', prefix: 'agent/lib' }))).toMatchObject({ path: 'lib/app/main.mjs' });
  expect(readHeader(header({ name: 'agent/', type: '5' }))).toMatchObject({ path: '', isFolder: true, sizeBytes: 0 });
  expect(readHeader(Buffer.alloc(512))).toBeNull();
});

test.each([
  ['a name that leads out', { name: 'agent/../../etc/passwd' }],
  ['a name from the root', { name: '/etc/passwd' }],
  ['a prefix that leads out', { name: 'passwd', prefix: 'agent/..' }],
  ['an empty step', { name: 'agent//bin' }],
  ['a link', { name: 'agent/bin/node', type: '2' }],
  ['a device', { name: 'agent/dev', type: '3' }],
  ['an extended header', { name: 'agent/x', type: 'x' }],
  ['another format', { name: 'agent/x', magic: 'noise' }],
])('%s is refused', (_what, fields) => {
  expect(() => readHeader(header(fields))).toThrow(ArchiveRefused);
});

test('a header that decayed is refused', () => {
  const block = header({ name: 'agent/bin/node' });
  block[3] = 0x21;
  expect(() => readHeader(block)).toThrow(ArchiveRefused);
});
