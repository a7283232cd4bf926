import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WasiError } from './errno.ts';
import { Quota } from './quota.ts';

const QUOTA_BYTES = 16 * 1024;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-quota-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('counts a file that is open though its name is gone, until it is closed', () => {
  const quota = new Quota(folder, QUOTA_BYTES);
  const path = join(folder, 'ghost');
  const fd = openSync(path, 'w');
  quota.opened(fd);
  quota.take(12 * 1024);
  writeSync(fd, Buffer.alloc(12 * 1024));
  unlinkSync(path);
  expect(() => quota.take(12 * 1024)).toThrow(WasiError);
  quota.closing(fd);
  closeSync(fd);
  quota.take(12 * 1024);
});

it('counts what lies deep below the folder', () => {
  const deep = join(folder, ...new Array<string>(100).fill('d'));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, 'file'), Buffer.alloc(QUOTA_BYTES * 6));
  const quota = new Quota(folder, QUOTA_BYTES * 10);
  expect(() => quota.take(QUOTA_BYTES * 2)).toThrow(WasiError);
  quota.take(1024);
});
