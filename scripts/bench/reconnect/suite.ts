import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { provisionDevices } from '@wherry/server/provisioning';
import { startControlPlane } from '../../fleet/control-plane.ts';
import { eventually } from '../../fleet/eventually.ts';
import { makeIdentities } from '../rollout/identities.ts';
import { percentile, rounded } from '../statistics.ts';
import { atMost, type Suite, type SuiteReport } from '../suite.ts';
import { makeReturningFleet } from './returning-fleet.ts';

/** How a fleet comes back when its broker has restarted: spread out, or all at once. */
const HELP = `  --devices N    sessions (1000)
  --down-ms N    how long the control plane is away (2000)
`;
const CONNECTING_AT_ONCE = 100;
const BACK_WITHIN_MS = 120_000;
/** Limits that docs/specs/crash-safety.md names. */
const BUSIEST_SECOND_SHARE = 0.2;
const ALL_BACK_SECONDS = 40;

export const reconnectSuite: Suite = {
  describe: 'sessions of a whole fleet that come back after SIGKILL and restart of the control plane',
  help: HELP,
  async run(args, say): Promise<SuiteReport> {
    const { values } = parseArgs({
      args: [...args],
      options: { devices: { type: 'string', default: '1000' }, 'down-ms': { type: 'string', default: '2000' } },
    });
    const [count, downMs] = [wholeNumber('devices', values.devices), wholeNumber('down-ms', values['down-ms'])];
    const dir = mkdtempSync(join(tmpdir(), 'wherry-reconnect-'));
    try {
      return await measure(dir, count, downMs, say);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

async function measure(dir: string, count: number, downMs: number, say: (line: string) => void): Promise<SuiteReport> {
  const identities = makeIdentities(count);
  await provisionDevices(
    join(dir, 'server'),
    identities.map(({ device, secret, reportKey }) => ({
      ...{ device, secret, reportKey },
      ...{ target: 'bench', arch: 'arm64', labels: {} },
    })),
  );
  const server = await startControlPlane({ dir: join(dir, 'server') });
  const { hostname, port } = new URL(server.mqtt);
  const fleet = makeReturningFleet(identities, { host: hostname, port: Number(port) });
  try {
    await fleet.connect(CONNECTING_AT_ONCE);
    fleet.take();
    say(`${count} sessions are up; the control plane is killed`);
    await server.program().kill();
    await pause(downMs);
    await server.restart();
    const backAtMs = performance.now();
    await eventually('all sessions to be back', BACK_WITHIN_MS, () => (fleet.upCount() === count ? true : undefined));
    const { upAtMs, failedTries } = fleet.take();
    const afterMs = upAtMs.map((atMs) => atMs - backAtMs);
    const busiest = busiestSecond(afterMs);
    say(`all back after ${rounded(Math.max(...afterMs) / 1_000)} s, ${busiest} in the busiest second`);
    return {
      devices: count,
      downMs,
      failedTries,
      backMs: {
        p50: rounded(percentile(afterMs, 0.5), 0),
        p90: rounded(percentile(afterMs, 0.9), 0),
        p99: rounded(percentile(afterMs, 0.99), 0),
        max: rounded(Math.max(...afterMs), 0),
      },
      bySecond: bySecond(afterMs),
      busiestSecond: busiest,
      limits: [
        atMost('share that comes back in the busiest second', BUSIEST_SECOND_SHARE, rounded(busiest / count, 3)),
        atMost('seconds until all are back', ALL_BACK_SECONDS, rounded(Math.max(...afterMs) / 1_000)),
      ],
    };
  } finally {
    fleet.end();
    await server.program().stop();
  }
}

function bySecond(afterMs: readonly number[]): readonly number[] {
  const counts = Array.from({ length: Math.ceil(Math.max(...afterMs) / 1_000) + 1 }, () => 0);
  for (const ms of afterMs) {
    const second = Math.max(0, Math.floor(ms / 1_000));
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}

/** Most sessions within any 1,000 ms. */
function busiestSecond(afterMs: readonly number[]): number {
  const sorted = [...afterMs].sort((a, b) => a - b);
  let from = 0;
  let most = 0;
  for (const [at, ms] of sorted.entries()) {
    while (ms - (sorted[from] ?? ms) > 1_000) from += 1;
    most = Math.max(most, at - from + 1);
  }
  return most;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} must be a whole number above 0; this is ${JSON.stringify(text)}`);
}
