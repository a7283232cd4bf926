import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient, getOverview } from '@wherry/protocol';
import { provisionCertificates, provisionDevices } from '@wherry/server/provisioning';
import { eventually } from '../../fleet/eventually.ts';
import { ROOT } from '../../fleet/paths.ts';
import { type Program, startProgram } from '../../fleet/program.ts';
import { childrenOf, processCost } from '../process-cost.ts';
import { type DeviceIdentity, makeIdentities, nameOf } from '../rollout/identities.ts';
import { rounded } from '../statistics.ts';
import { atLeast, atMost, type Suite, type SuiteReport } from '../suite.ts';
import { startTlsFleet } from './fleet.ts';
import type { RoundFigures } from './fleet-messages.ts';

/** How many devices with certificates one control plane holds, what each costs, and how fast they come. */
const HELP = `  --connections N   devices with a session over mutual TLS (10000)
  --at-once N       handshakes at once (200)
`;
const BYTES_PER_CONNECTION = 100_000;
const SETTLE_WITHIN_MS = 180_000;
/** Files that each of the two processes needs besides its sockets. */
const OTHER_FILES = 200;

export const tlsSuite: Suite = {
  describe: 'sessions over mutual TLS 1.3: how many, how much memory each, full and resumed handshakes a second',
  help: HELP,
  async run(args, say): Promise<SuiteReport> {
    const { values } = parseArgs({
      args: [...args],
      options: { connections: { type: 'string', default: '10000' }, 'at-once': { type: 'string', default: '200' } },
    });
    const [count, atOnce] = [wholeNumber('connections', values.connections), wholeNumber('at-once', values['at-once'])];
    refuseFewFiles(count);
    const dir = mkdtempSync(join(tmpdir(), 'wherry-tls-'));
    try {
      return await measure(dir, count, atOnce, say);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

async function measure(dir: string, count: number, atOnce: number, say: (line: string) => void): Promise<SuiteReport> {
  const dataDir = join(dir, 'server');
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  // They report nothing, so they need no report keys of their own.
  const [one] = makeIdentities(1) as [DeviceIdentity];
  const { secret, reportKey } = one;
  const rest = { secret, reportKey, target: 'bench', arch: 'arm64', labels: {} };
  await provisionDevices(
    dataDir,
    names.map((device) => ({ device, ...rest })),
  );
  const { caPem, keyPem, certPems } = await provisionCertificates(dataDir, names);
  say(`${count} devices have their certificates`);
  const server = await startServer(dir, dataDir);
  const fleet = startTlsFleet();
  try {
    const { mqtts, online, broker } = server;
    const { hostname, port } = new URL(mqtts);
    const idleBytes = processCost(broker).rssBytes;
    const devices = names.map((name) => ({ name: `default/${name}`, certPem: certPems.get(name) ?? '' }));
    const full = await timed(broker, () =>
      fleet.connect({ host: hostname, port: Number(port), caPem, keyPem, devices, atOnce }),
    );
    await online(count);
    const heldBytes = processCost(broker).rssBytes;
    const each = Math.round((heldBytes - idleBytes) / count);
    say(`${count} connections at ${each} bytes each; ${perSecond(count, full)} full handshakes a second`);
    await fleet.close();
    await online(0);
    const resumed = await timed(broker, () => fleet.comeBack());
    await online(count);
    say(`${perSecond(count, resumed)} resumed handshakes a second, ${resumed.resumed} of ${count} resumed`);
    return {
      connections: count,
      atOnce,
      bytesPerConnection: each,
      brokerRssBytes: { idle: idleBytes, held: heldBytes, afterReturn: processCost(broker).rssBytes },
      full: roundOf(count, full),
      resumed: { ...roundOf(count, resumed), share: rounded(resumed.resumed / count, 3) },
      limits: [
        atLeast('connections held', count, count),
        atMost('bytes per connection', BYTES_PER_CONNECTION, each),
        atLeast('share that resumed', 1, rounded(resumed.resumed / count, 3)),
      ],
    };
  } finally {
    fleet.end();
    await server.program.stop(30_000);
  }
}

type Timed = RoundFigures & { readonly brokerCpuSeconds: number };

async function timed(broker: number, connect: () => Promise<RoundFigures>): Promise<Timed> {
  const before = processCost(broker).cpuSeconds;
  const figures = await connect();
  return { ...figures, brokerCpuSeconds: processCost(broker).cpuSeconds - before };
}

function perSecond(count: number, { seconds }: RoundFigures): number {
  return rounded(count / seconds, 0);
}

function roundOf(count: number, figures: Timed) {
  return {
    seconds: rounded(figures.seconds, 2),
    perSecond: perSecond(count, figures),
    brokerCpuSeconds: rounded(figures.brokerCpuSeconds, 2),
    devicesCpuSeconds: rounded(figures.cpuSeconds, 2),
  };
}

async function startServer(dir: string, dataDir: string) {
  const program = await startProgram({
    name: 'control plane',
    args: [
      resolve(ROOT, 'control-plane/server/src/main.ts'),
      ...['--data', dataDir, '--http', '127.0.0.1:0', '--mqtts', '127.0.0.1:0', '--log-level', 'warn'],
    ],
    logFile: join(dir, 'control-plane.log'),
  });
  const { http, mqtts, adminTokenFile } = program.ready as { http: string; mqtts: string; adminTokenFile: string };
  const client = createClient({ origin: http, token: readFileSync(adminTokenFile, 'utf8').trim() });
  const online = (count: number) =>
    eventually(`${count} devices to be online`, SETTLE_WITHIN_MS, async () =>
      (await client.call(getOverview, {})).devices.online === count ? true : undefined,
    );
  return { program, mqtts, online, broker: brokerOf(program) };
}

/** The process that holds the server's ends. */
function brokerOf({ pid }: Program): number {
  const found = childrenOf(pid).find((child) =>
    readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('broker-process'),
  );
  if (found === undefined) throw new Error('the control plane has no process for its broker');
  return found;
}

function refuseFewFiles(connections: number): void {
  const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  if (limit === undefined || Number(limit) >= connections + OTHER_FILES) return;
  const needed = connections + OTHER_FILES;
  throw new RangeError(
    `${limit} files may be open here, ${connections} connections need ${needed}: ulimit -n ${needed}`,
  );
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} must be a whole number above 0; this is ${JSON.stringify(text)}`);
}
