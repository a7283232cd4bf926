import { expect, test } from 'vitest';
import { auditWords } from './audit-detail.ts';

test('details read as words, with units, without what says nothing', () => {
  const words = auditWords({
    app: 'thermostat',
    soakMs: 120_000,
    config: {},
    rollback: false,
    code: null,
    set: { site: 'berlin', floor: 'attic' },
    remove: ['ring', 'zone'],
    waves: [{ size: { count: 1 } }],
    devices: 0,
  });
  expect(words).toEqual([
    ['app', 'thermostat'],
    ['soak', '2 min'],
    ['set', 'site=berlin, floor=attic'],
    ['remove', 'ring, zone'],
    ['waves', '{"size":{"count":1}}'],
    ['devices', '0'],
  ]);
  expect(auditWords({ expiresAtMs: 0 })[0]?.[0]).toBe('expires');
});
