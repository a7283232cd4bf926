import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type IdleFigures, idleFigures, readAccounts } from './process-accounts.ts';

/**
 * The update agents of others, idle beside ours in the same run: Debian's mender-client and swupdate, each asking a server on
 * loopback that has nothing for it. They update whole images and run no programs, so theirs is the floor of what an agent costs.
 */
export type PeerFigures = IdleFigures | { readonly reason: string };

const SETTLE_MS = 5_000;
/** What their documentation gives as usual. */
const POLL_SECONDS = 1_800;

interface Peer {
  readonly name: 'mender-client' | 'swupdate';
  readonly binary: string;
  readonly start: (dir: string, server: string) => ChildProcess;
}

const PEERS: readonly Peer[] = [
  { name: 'mender-client', binary: '/usr/bin/mender', start: startMender },
  { name: 'swupdate', binary: '/usr/bin/swupdate', start: startSwupdate },
];

export async function measurePeers(dir: string, forMs: number): Promise<Record<Peer['name'], PeerFigures>> {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const figures = await Promise.all(PEERS.map(async (peer) => [peer.name, await measure(peer, dir, origin, forMs)]));
    return Object.fromEntries(figures);
  } finally {
    server.close();
  }
}

async function measure(peer: Peer, dir: string, server: string, forMs: number): Promise<PeerFigures> {
  if (!existsSync(peer.binary)) return { reason: `${peer.name} is not installed (Debian package ${peer.name})` };
  const folder = join(dir, peer.name);
  mkdirSync(folder);
  const child = peer.start(folder, server);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-500);
    });
  try {
    await wait(SETTLE_MS);
    if (child.exitCode !== null || child.pid === undefined) return { reason: `${peer.name} ended by itself: ${said}` };
    const pids = family(child.pid);
    const before = pids.map(readAccounts);
    await wait(forMs);
    if (child.exitCode !== null) return { reason: `${peer.name} ended by itself: ${said}` };
    return pids.map((pid, at) => idleFigures(before[at] as never, readAccounts(pid), forMs)).reduce(add);
  } finally {
    child.kill('SIGTERM');
  }
}

/** A program and the children it works with: swupdate is three processes. */
function family(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return [pid, ...stdout.split(/\s+/).filter(Boolean).map(Number)];
}

function add(a: IdleFigures, b: IdleFigures): IdleFigures {
  const sum = (key: keyof IdleFigures) => Number((a[key] + b[key]).toFixed(2));
  return {
    rssMb: sum('rssMb'),
    privateMb: sum('privateMb'),
    cpuSecondsPerHour: sum('cpuSecondsPerHour'),
    wakeUpsPerHour: sum('wakeUpsPerHour'),
    writtenKbPerHour: sum('writtenKbPerHour'),
  };
}

function startMender(folder: string, server: string): ChildProcess {
  const config = join(folder, 'mender.conf');
  writeFileSync(
    config,
    JSON.stringify({
      ServerURL: server,
      UpdatePollIntervalSeconds: POLL_SECONDS,
      InventoryPollIntervalSeconds: POLL_SECONDS,
      RetryPollIntervalSeconds: POLL_SECONDS,
    }),
  );
  const args = ['--config', config, '--fallback-config', config, '--data', folder, '--no-syslog', 'daemon'];
  return spawn('/usr/bin/mender', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

function startSwupdate(folder: string, server: string): ChildProcess {
  const config = join(folder, 'swupdate.cfg');
  writeFileSync(config, 'globals : { verbose = false; };\n');
  // Debian's build takes signed images only and does not start without a signer's certificate, whosever it is.
  const certificate = join(folder, 'signer.pem');
  const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'signer.key'), '-out', certificate];
  execFileSync('openssl', ['req', '-x509', ...made, '-subj', '/CN=bench'], { stdio: 'ignore' });
  const suricatta = `-t default -u ${server} -i bench -p ${POLL_SECONDS}`;
  return spawn('/usr/bin/swupdate', ['-f', config, '-k', certificate, '-u', suricatta], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', TMPDIR: folder },
  });
}
