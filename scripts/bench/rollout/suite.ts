import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { getOverview } from '@wherry/protocol';
import { provisionDevices } from '@wherry/server/provisioning';
import { eventually } from '../../fleet/eventually.ts';
import { programCost } from '../process-cost.ts';
import { median, rounded } from '../statistics.ts';
import { atMost, type Suite, type SuiteReport } from '../suite.ts';
import { startFleet } from './fleet.ts';
import { measureFullRollout } from './full-rollout.ts';
import { measureHalts } from './halts.ts';
import { type DeviceIdentity, makeIdentities, nameOf } from './identities.ts';
import { measurePlans } from './plans.ts';
import { publishBenchRelease } from './publish.ts';
import { startServerProcess } from './server-process.ts';

/** Limits that the documentation names (docs/operating/capacity.md). */
const WALL_SECONDS = 20;
const HALT_VISIBLE_MS = 100;
const PLAN_MS = 2_000;
const EXPLAIN_MS = 50;
const NOT_ASKED = 'not measured: --plan-devices 0';

interface Options {
  readonly devices: number;
  readonly waves: number;
  readonly maxInFlight: number;
  readonly rounds: number;
  readonly haltRuns: number;
  readonly haltDevices: number;
  readonly planDevices: number;
  readonly profileDir: string | null;
}

const HELP = `  --devices N         simulated devices (10000)
  --waves N           equal waves (10)
  --max-in-flight N   the cap (1000)
  --rounds N          full rollouts in a row; the figures are those of the median round (3)
  --halt-runs N       rollouts that one failure halts (100)
  --halt-devices N    devices of the fleet for these (20)
  --plan-devices N    devices of the fleet that is planned for, offline; 0 leaves it out (100000)
  --cpu-profile DIR   profile the server of the full rollouts into DIR; slows it down
`;

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string', default: '10000' },
      waves: { type: 'string', default: '10' },
      'max-in-flight': { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
      'halt-runs': { type: 'string', default: '100' },
      'halt-devices': { type: 'string', default: '20' },
      'plan-devices': { type: 'string', default: '100000' },
      'cpu-profile': { type: 'string' },
    },
  });
  const count = (name: Exclude<keyof typeof values, 'cpu-profile'>) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not ${values[name]}`);
    return value;
  };
  return {
    devices: count('devices'),
    waves: count('waves'),
    maxInFlight: count('max-in-flight'),
    rounds: count('rounds'),
    haltRuns: count('halt-runs'),
    haltDevices: count('halt-devices'),
    planDevices: count('plan-devices'),
    profileDir: values['cpu-profile'] === undefined ? null : resolve(values['cpu-profile']),
  };
}

export const rolloutSuite: Suite = {
  describe: 'simulated devices over real MQTT to one control plane: a whole rollout, and how fast one stops',
  help: HELP,
  async run(args, say): Promise<SuiteReport> {
    const options = readOptions(args);
    const dir = mkdtempSync(join(tmpdir(), 'wherry-bench-'));
    try {
      const full = await fullRollouts(join(dir, 'full'), options, say);
      const halts = await haltedRollouts(join(dir, 'halts'), options, say);
      const plans =
        options.planDevices === 0 ? null : await plannedRollouts(join(dir, 'plans'), options.planDevices, say);
      return {
        provisioning: 'written into the data folder by the storage code of the server, before it starts',
        ...full,
        halts,
        plans,
        limits: [
          atMost('rollout wall seconds', WALL_SECONDS, full.rollout.wallSeconds),
          atMost('assigned after the verdict', 0, halts.assignedAfterVerdict),
          atMost('in flight above the cap at a halt', 0, halts.aboveCap),
          atMost('halt visible ms, p99', HALT_VISIBLE_MS, halts.haltVisibleMs.p99),
          atMost('plan ms', PLAN_MS, plans?.planMs.p50 ?? null, plans ? undefined : NOT_ASKED),
          atMost('explain ms', EXPLAIN_MS, plans?.explainMs.p50 ?? null, plans ? undefined : NOT_ASKED),
        ],
      };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

async function fullRollouts(dir: string, options: Options, say: (line: string) => void) {
  return await withFleet(dir, options.devices, options.profileDir, say, async (server, fleet, connecting) => {
    const rounds = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const measured = await measureFullRollout(server, fleet, { ...options, withinMs: 300_000 });
      say(`round ${round + 1}: ${measured.wallSeconds} s, ${measured.reportsPerSecond} reports/s`);
      rounds.push(measured);
    }
    const middle = median(rounds.map(({ wallSeconds }) => wallSeconds));
    const rollout = rounds.find(({ wallSeconds }) => wallSeconds === middle);
    if (!rollout) throw new Error('--rounds must be at least 1');
    return { connecting, rollout, wallSecondsOfRounds: rounds.map(({ wallSeconds }) => wallSeconds) };
  });
}

async function haltedRollouts(dir: string, options: Options, say: (line: string) => void) {
  return await withFleet(dir, options.haltDevices, null, say, async (server, fleet, _connecting, devices) => {
    const maxInFlight = Math.max(1, Math.floor(options.haltDevices / 4));
    const measured = await measureHalts(server, fleet, { runs: options.haltRuns, devices, maxInFlight });
    say(`${measured.runs} halts: visible after ${measured.haltVisibleMs.p50} ms, p99 ${measured.haltVisibleMs.p99} ms`);
    return measured;
  });
}

async function plannedRollouts(dir: string, count: number, say: (line: string) => void) {
  // Devices that never connect need no keys of their own, and making 100,000 takes longer than planning for them.
  const [one] = makeIdentities(1) as [DeviceIdentity];
  const devices = Array.from({ length: count }, (_, index) => ({ ...one, device: nameOf(index) }));
  return await withServer(dir, devices, null, say, async (server) => {
    const measured = await measurePlans(server, { devices, plans: 5, explanations: 50 });
    say(`plan for ${measured.devices} devices: ${measured.planMs.p50} ms; explain: ${measured.explainMs.p50} ms`);
    return measured;
  });
}

type Server = Awaited<ReturnType<typeof startServerProcess>>;

type Measure<T> = (
  server: Server,
  fleet: ReturnType<typeof startFleet>,
  connecting: { readonly seconds: number; readonly serverCpuSeconds: number },
  devices: readonly DeviceIdentity[],
) => Promise<T>;

/** Devices connected to a server that knows them. */
async function withFleet<T>(
  dir: string,
  count: number,
  profileDir: string | null,
  say: (line: string) => void,
  measure: Measure<T>,
): Promise<T> {
  const devices = makeIdentities(count);
  return await withServer(dir, devices, profileDir, say, async (server) => {
    const fleet = startFleet(devices);
    try {
      const before = programCost(server.program.pid).cpuSeconds;
      const startedAtMs = performance.now();
      await fleet.connect(server.mqtt);
      await online(server, count);
      const connecting = {
        seconds: rounded((performance.now() - startedAtMs) / 1000, 2),
        serverCpuSeconds: rounded(programCost(server.program.pid).cpuSeconds - before, 2),
      };
      say(`${count} devices connected in ${connecting.seconds} s`);
      return await measure(server, fleet, connecting, devices);
    } finally {
      await fleet.end();
    }
  });
}

/** A server over a folder that knows the devices, with one release; it is ended whatever happens, also by a signal. */
async function withServer<T>(
  dir: string,
  devices: readonly DeviceIdentity[],
  profileDir: string | null,
  say: (line: string) => void,
  body: (server: Server) => Promise<T>,
): Promise<T> {
  mkdirSync(dir, { recursive: true });
  await provisionDevices(
    join(dir, 'server'),
    devices.map(({ device, secret, reportKey }) => ({
      ...{ device, secret, reportKey },
      ...{ target: 'bench', arch: 'arm64', labels: { site: 'bench' } },
    })),
  );
  say(`${devices.length} devices provisioned`);
  const server = await startServerProcess(dir, profileDir);
  const onSignal = () => void server.program.kill().then(() => process.exit(143));
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  try {
    await publishBenchRelease(server);
    return await body(server);
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    await server.program.stop(30_000);
  }
}

/** Connected is one thing; that the store says so too is what a rollout goes by. */
async function online({ client }: Server, count: number): Promise<void> {
  await eventually(`${count} devices to be online`, 120_000, async () => {
    const { devices } = await client.call(getOverview, {});
    return devices.online === count ? true : undefined;
  });
}
