import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../fleet/paths.ts';

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [resolve(ROOT, 'scripts/bench/main.ts'), ...args], {
    encoding: 'utf8',
    timeout: 110_000,
  });

it('the rollout suite measures a small fleet over real MQTT: every device moved, every report stored, every halt exact', () => {
  const sizes = ['--devices', '50', '--waves', '5', '--max-in-flight', '7', '--rounds', '2'];
  const { status, stdout, stderr } = bench(
    'rollout',
    '--json',
    ...sizes,
    '--halt-runs',
    '3',
    '--halt-devices',
    '8',
    '--plan-devices',
    '300',
  );
  expect(status, stderr).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    suite: 'rollout',
    rollout: { devices: 50, waves: 5, succeeded: 50, reports: 100 },
    plans: { devices: 300 },
    halts: { runs: 3, devices: 8, assignedAfterVerdict: 0, aboveCap: 0 },
  });
  expect(report.wallSecondsOfRounds).toHaveLength(2);
  expect(report.rollout.serverCpuSeconds).toBeGreaterThan(0);
  for (const limit of report.limits)
    expect(limit.value === null ? limit.reason : limit.isMet, limit.name).not.toBeUndefined();
}, 120_000);

it('a suite that does not exist is refused with the names of those that do', () => {
  const { status, stderr } = bench('no-such-suite');
  expect(status).toBe(2);
  expect(stderr).toContain('rollout');
});

it('the tls suite lets devices in by their certificates, and back in by their tickets', () => {
  const { status, stdout, stderr } = bench('tls', '--json', '--connections', '20', '--at-once', '5');
  expect(status, stderr).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ suite: 'tls', connections: 20, resumed: { share: 1 } });
  expect(report.bytesPerConnection).toBeGreaterThan(0);
}, 120_000);
