import { expect, test } from 'vitest';
import { faultsOf, injected, isFatal } from './faults.ts';

test.each([
  ['3:ENOSPC', [null, null, 'ENOSPC', null]],
  ['3+:EIO', [null, null, 'EIO', 'EIO']],
  ['db.desired:EROFS', [null, 'EROFS', null, null]],
  ['blob.*:EIO', ['EIO', null, 'EIO', null]],
  ['nonsense', [null, null, null, null]],
])('WHERRY_FAIL_AT=%s', (text, expected) => {
  const { failureOf } = faultsOf({ WHERRY_FAIL_AT: text });
  const names = ['blob.open', 'db.desired', 'blob.write', 'file.sync'];
  expect(names.map((name, at) => failureOf(at + 1, name))).toEqual(expected);
});

test.each([
  ['7', { crashAt: 7 }],
  ['blob.sync:2', { crashAt: 0, crashAtStep: { name: 'blob.sync', nth: 2 } }],
  ['blob.sync:0', { crashAt: 0 }],
  ['nonsense', { crashAt: 0 }],
])('WHERRY_CRASH_AT=%s', (text, expected) => {
  const { failureOf: _, ...crash } = faultsOf({ WHERRY_CRASH_AT: text });
  expect(crash).toEqual(expected);
});

test.each([
  ['file.sync', 'EIO', true],
  ['blob.sync', 'ENOSPC', false],
  ['blob.write', 'EIO', false],
  ['db.deployment', 'EIO', true],
  ['db.deployment', 'ENOSPC', false],
])('%s with %s is fatal: %s', (name, code, expected) => {
  expect(isFatal(name, injected(code, name))).toBe(expected);
});
