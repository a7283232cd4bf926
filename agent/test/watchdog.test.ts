import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Logger } from '../src/logs/logger.ts';
import { startWatchdog } from '../src/self-update/watchdog.ts';
import { until } from './until.ts';

/** Systemd's program, written down: what it is told, and where it would tell it. */
function putNotifier(): () => string[] {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-watchdog-'));
  const said = join(folder, 'said');
  const script = `#!/bin/sh\necho "$* to $NOTIFY_SOCKET" >>"${said}"\n`;
  writeFileSync(join(folder, 'systemd-notify'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
  vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => (existsSync(said) ? readFileSync(said, 'utf8').trim().split('\n') : []);
}

const log = { warn() {} } as unknown as Logger;

test('under a watchdog the agent says again and again that it is alive, until it stops', async () => {
  const said = putNotifier();
  const watchdog = startWatchdog({ ...process.env, WATCHDOG_USEC: '1000000' }, log);
  await until('it was said three times', () => said().length >= 3);
  watchdog.stop();
  expect(new Set(said())).toEqual(new Set(['WATCHDOG=1 to /run/systemd/notify']));
});

test.each([
  ['no watchdog', {}],
  ['no service manager', { WATCHDOG_USEC: '600000000', NOTIFY_SOCKET: '' }],
  ['a span that is none', { WATCHDOG_USEC: 'soon' }],
])('with %s nothing is said', async (_what, env) => {
  const said = putNotifier();
  const watchdog = startWatchdog({ ...process.env, ...env }, log);
  watchdog.stop();
  // What would have been said at once has had its time when another program has ended.
  const other = startWatchdog({ ...process.env, WATCHDOG_USEC: '600000000' }, log);
  await until('another was heard', () => said().length > 0);
  other.stop();
  expect(said()).toHaveLength(1);
});
