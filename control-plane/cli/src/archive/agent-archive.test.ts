import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAgentArchive } from './agent-archive.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wherry-agent-archive-'));
  mkdirSync(join(dir, 'agent/bin'), { recursive: true });
  writeFileSync(join(dir, 'agent/LICENSE'), 'x'.repeat(1_000));
  writeFileSync(join(dir, 'agent/bin/node'), Buffer.alloc(100_000, 1));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function pack(): string {
  const file = join(dir, 'agent.tar.gz');
  execFileSync('tar', ['-czf', file, '--sort=name', '--format=ustar', '-C', dir, 'agent']);
  return file;
}

test('a packed agent says its version and target', async () => {
  writeFileSync(join(dir, 'agent/about'), 'WHERRY_VERSION=1.2.3\nWHERRY_TARGET=generic-x64\nWHERRY_MACHINE=x86_64\n');
  expect(await readAgentArchive(pack())).toEqual({ ok: true, value: { version: '1.2.3', target: 'generic-x64' } });
});

test('another archive, and what is none, are refused', async () => {
  expect(await readAgentArchive(pack())).toMatchObject({ ok: false, problems: [{ code: 'invalid_body' }] });
  const noise = join(dir, 'noise');
  writeFileSync(noise, Buffer.alloc(4_096, 7));
  expect(await readAgentArchive(noise)).toMatchObject({ ok: false, problems: [{ code: 'invalid_body' }] });
});
