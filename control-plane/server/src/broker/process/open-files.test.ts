import { expect, it } from 'vitest';
import { connectionsWithin, readLimit } from './open-files.ts';

const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             95000                95000                processes
Max open files            ${soft.padEnd(20)} 1048576              files
`;

it.each([
  ['1024', 1024],
  ['1048576', 1_048_576],
  ['unlimited', Number.POSITIVE_INFINITY],
])('reads a soft limit of %s', (soft, expected) => expect(readLimit(limits(soft))).toBe(expected));

it('leaves room for the files that are no sockets of devices', () => {
  expect(connectionsWithin(1024, 20_000)).toBe(924);
  expect(connectionsWithin(50, 20_000)).toBe(1);
  expect(connectionsWithin(Number.POSITIVE_INFINITY, 20_000)).toBe(20_000);
});
