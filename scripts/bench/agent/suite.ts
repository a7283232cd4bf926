import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { atMost, type Suite, type SuiteReport } from '../suite.ts';
import { type IdleDevice, openIdleDevice } from './idle-device.ts';
import { type DeviceNetwork, networkMissing, openDeviceNetwork } from './network.ts';
import { measurePeers } from './peers.ts';
import { idleFigures, readAccounts } from './process-accounts.ts';
import { slopeOf } from './slope.ts';

/** Limits that the documentation names (docs/operating/frugality.md). */
const PRIVATE_MB = 30;
const RSS_MB = 65;
const WIRE_MB_PER_MONTH = 1;
const DISK_MB_PER_DAY = 1;
/** A slope below this over 100,000 reports is noise of the garbage collector. */
const SLOPE_MB_PER_100_000 = 1;

const SETTLE_MS = 15_000;
const FAKETIME = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].map(
  (dir) => `${dir}/faketime/libfaketime.so.1`,
);
const HOURS_PER_MONTH = 24 * 30;
const MS_PER_HOUR = 3_600_000;

const HELP = `  --seconds N    how long the idle agent is watched at real speed (120)
  --hours N      how many hours of its own clock it is watched while that runs faster (12)
  --speed N      how much faster (120)
  --cycles N     reports of the memory run (100000)
`;

const whole = (text: string, name: string) => {
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0)) throw new Error(`--${name} is a whole number above 0`);
  return value;
};

async function run(args: readonly string[], say: (line: string) => void): Promise<SuiteReport> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '120' },
      hours: { type: 'string', default: '12' },
      speed: { type: 'string', default: '120' },
      cycles: { type: 'string', default: '100000' },
    },
  });
  const forMs = whole(values.seconds, 'seconds') * 1000;
  const [hours, speed] = [whole(values.hours, 'hours'), whole(values.speed, 'speed')];
  const dir = mkdtempSync(join(tmpdir(), 'wherry-bench-agent-'));
  const wireReason = networkMissing();
  const network = wireReason === undefined ? openDeviceNetwork() : null;
  try {
    const device = await openIdleDevice(dir, network);
    try {
      say(`idle agent and peers for ${forMs / 1000} s`);
      const [idle, peers] = await Promise.all([measureIdle(device, forMs), measurePeers(dir, forMs)]);
      say(`${hours} hours at ${speed} times the speed`);
      const long = await measureLong(device, network, hours, speed);
      say(`memory over ${values.cycles} reports`);
      const memory = measureCycles(dir, whole(values.cycles, 'cycles'));
      const wire = 'reason' in long || long.wireMbPerMonth === null ? null : long.wireMbPerMonth;
      const disk = 'reason' in long ? null : long.diskMbPerDay;
      const reason = 'reason' in long ? long.reason : wireReason;
      return {
        limits: [
          atMost('privateMb', PRIVATE_MB, idle.privateMb),
          atMost('rssMb', RSS_MB, idle.rssMb),
          atMost('wireMbPerMonth', WIRE_MB_PER_MONTH, wire, reason),
          atMost('diskMbPerDay', DISK_MB_PER_DAY, disk, 'reason' in long ? long.reason : undefined),
          atMost('slopeMbPer100000Reports', SLOPE_MB_PER_100_000, memory.slopeMbPer100000),
        ],
        idle,
        peers,
        long,
        memory,
      };
    } finally {
      await device.close();
    }
  } finally {
    network?.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measureIdle(device: IdleDevice, forMs: number) {
  const agent = await device.start({});
  try {
    await wait(SETTLE_MS);
    const before = readAccounts(agent.pid);
    await wait(forMs);
    return idleFigures(before, readAccounts(agent.pid), forMs);
  } finally {
    await agent.stop();
  }
}

/** Hours of the agent's own clock: libfaketime makes its clocks and timers run faster; bytes are bytes at any speed. */
async function measureLong(device: IdleDevice, network: DeviceNetwork | null, hours: number, speed: number) {
  const preload = FAKETIME.find((path) => existsSync(path));
  if (preload === undefined) return { reason: 'a faster clock needs libfaketime, Debian package faketime' };
  const agent = await device.start({ LD_PRELOAD: preload, FAKETIME: `+0 x${speed}` });
  try {
    await wait(SETTLE_MS);
    const [before, wireBefore] = [readAccounts(agent.pid), network?.wireBytes() ?? 0];
    await wait((hours * MS_PER_HOUR) / speed);
    const wireBytes = (network?.wireBytes() ?? 0) - wireBefore;
    const { writtenBytes } = readAccounts(agent.pid);
    return {
      hours,
      speed,
      wireBytesPerHour: network === null ? null : Math.round(wireBytes / hours),
      wireMbPerMonth: network === null ? null : Number(((wireBytes / hours) * HOURS_PER_MONTH * 1e-6).toFixed(3)),
      diskMbPerDay: Number(((((writtenBytes - before.writtenBytes) / hours) * 24) / 1e6).toFixed(3)),
    };
  } finally {
    await agent.stop();
  }
}

/** As on a device, but for the interpreter alone: sources are stripped of their types by a Wasm module. */
const HEAP = ['--expose-gc', '--max-semi-space-size=1', '--single-threaded'];

/** The memory of the second half: the first fills caches. */
function measureCycles(dir: string, cycles: number) {
  const folder = join(dir, 'cycles');
  mkdirSync(folder);
  const out = execFileSync(
    process.execPath,
    [...HEAP, resolve(import.meta.dirname, 'report-cycles.ts'), folder, String(cycles)],
    {
      encoding: 'utf8',
      env: { ...process.env, MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '32768' },
    },
  );
  const readings = JSON.parse(out) as { cycle: number; rssBytes: number }[];
  const late = readings.slice(Math.floor(readings.length / 2));
  const slope = slopeOf(late.map(({ cycle, rssBytes }) => ({ x: cycle, y: rssBytes })));
  const per100000 = (bytesPerCycle: number) => Number(((bytesPerCycle * 100_000) / 1e6).toFixed(2));
  return {
    cycles,
    firstMb: Number(((readings[0]?.rssBytes ?? 0) / 1e6).toFixed(1)),
    lastMb: Number(((readings.at(-1)?.rssBytes ?? 0) / 1e6).toFixed(1)),
    slopeMbPer100000: per100000(slope.perUnit),
    /** 95 %. */
    slopeErrorMb: per100000(slope.errorPerUnit),
  };
}

export const agentSuite: Suite = {
  describe: 'the idle agent: memory, processor, bytes on the wire and to disk, beside the agents of others',
  help: HELP,
  run,
};
