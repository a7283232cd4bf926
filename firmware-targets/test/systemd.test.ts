import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_APP, type Device, getDevice } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../scripts/fleet/eventually.ts';
import { missing, type Packed, pack, run } from './pack.ts';
import { openScene, type Scene } from './packed-device.ts';
import { type SystemdMachine, startSystemd, systemdMissing } from './systemd/machine.ts';
import { HANGS, SOUND, writeVersion } from './systemd/small-version.ts';

/**
 * The unit as it is packed, installed by install.sh, under a real systemd. What is changed for the test is how long a dead agent waits
 * for its next start, and that the ends of all of them are written down.
 */
const UNIT = 'wherry-agent.service';
const CGROUP = `/sys/fs/cgroup/system.slice/${UNIT}`;
const DEVICE = 'kiosk';
const PATIENCE_MS = 90_000;
/** By SIGABRT, or by SIGKILL where writing its memory down took too long. */
const ENDED_BY_WATCHDOG = expect.stringMatching(/^watchdog killed /);
const DROP_IN = `[Service]
RestartSec=500ms
TimeoutAbortSec=1s
StandardOutput=append:/var/log/agent
StandardError=append:/var/log/agent
ExecStopPost=+/bin/sh -c 'echo "$$SERVICE_RESULT $$EXIT_CODE $$EXIT_STATUS" >>/var/log/ends'
`;
const isOther = missing('the unit under systemd', [['an x64 machine', process.arch === 'x64']]);

describe.skipIf(isOther || systemdMissing('the unit under systemd'))('the unit, under systemd', () => {
  let dir: string;
  let packed: Packed;
  let machine: SystemdMachine;
  let scene: Scene;

  const property = (name: string) => machine.property(UNIT, name);
  const main = () => Number(property('MainPID'));
  const ends = () => readLog('ends').split('\n').filter(Boolean);
  const readLog = (name: string) => {
    try {
      return readFileSync(join(machine.root, 'var/log', name), 'utf8');
    } catch {
      return '';
    }
  };
  /** Of the unit, by their numbers there. */
  const processes = () =>
    machine
      .run('sh', '-c', `cat ${CGROUP}/cgroup.procs ${CGROUP}/*/cgroup.procs 2>/dev/null || :`)
      .split('\n')
      .filter(Boolean);

  async function until(what: string, ask: (device: Device) => boolean): Promise<Device> {
    try {
      return await eventually(what, PATIENCE_MS, async () => {
        const { client } = scene.controlPlane;
        const device = await client.call(getDevice, { params: { device: DEVICE as Device['device'] } });
        return ask(device) ? device : undefined;
      });
    } catch (cause) {
      throw new Error(`${what}; ends: ${ends()}; said: ${readLog('agent').slice(-3_000)}`, { cause });
    }
  }

  async function rollOutAgent(version: string, runs: string): Promise<void> {
    const folder = join(dir, version);
    await writeVersion(folder, version, runs);
    await scene.operator(['publish', folder]);
    await scene.operator(['rollout', 'start', `${AGENT_APP}@${version}`, '--soak', '0s']);
  }

  const stateOf = ({ workloads }: Device, version: string) =>
    workloads.find((workload) => workload.app === AGENT_APP && workload.version === version)?.state;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'wherry-systemd-'));
    packed = pack('generic-x64', join(dir, 'out'));
    machine = await startSystemd(dir);
    run('tar', ['-xzf', packed.archive, '-C', join(machine.root, 'root')]);
    const dropIns = join(machine.root, 'etc/systemd/system', `${UNIT}.d`);
    mkdirSync(dropIns);
    writeFileSync(join(dropIns, 'test.conf'), DROP_IN);
    scene = await openScene(dir, DEVICE, machine);
    writeFileSync(join(machine.root, 'root.json'), readFileSync(join(dir, 'root.json')));
  });
  afterAll(async () => {
    await machine?.cutPower();
    await scene?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is installed as the page of its target says, and starts once the device is claimed', async () => {
    expect(machine.run(`/root/${packed.name}/install.sh`)).toContain('systemctl start wherry-agent');
    expect([property('ActiveState'), property('UnitFileState')]).toEqual(['inactive', 'enabled']);
    const { token } = await scene.claimToken(DEVICE);
    const server = ['--server', scene.controlPlane.http, '--token', token, '--trust', '/root.json'];
    const asUser = ['setpriv', '--reuid', 'wherry', '--regid', 'wherry', '--clear-groups'];
    machine.run(...asUser, 'wherry-agent', 'claim', ...server, '--data', '/var/lib/wherry', '--name', DEVICE);
    machine.run('systemctl', 'start', UNIT);
  });

  it('lets signed modules run, with nothing that it forbids in their way, and is told that the agent lives', async () => {
    await scene.rollOut();
    const device = await until('hello is healthy', ({ workloads }) =>
      workloads.some(({ state }) => state === 'healthy'),
    );
    expect(device).toMatchObject({ inventory: { agentVersion: packed.version } });
    await eventually(
      'the watchdog was told',
      PATIENCE_MS,
      () =>
        Number(property('WatchdogTimestampMonotonic')) > Number(property('ActiveEnterTimestampMonotonic')) + 100_000 ||
        undefined,
    );
    expect(property('NRestarts')).toBe('0');
  });

  it('lets another version take its place, and sees no end of it', async () => {
    const before = main();
    await rollOutAgent('2.0.0', SOUND);
    const device = await until('2.0.0 is healthy', (seen) => stateOf(seen, '2.0.0') === 'healthy');
    expect(device).toMatchObject({ inventory: { agentVersion: '2.0.0' } });
    expect([main(), property('NRestarts'), ends()]).toEqual([before, '0', []]);
  });

  it('ends an agent that stands still, and starts it again', async () => {
    const before = main();
    machine.run('sh', '-c', `kill -STOP ${before}`);
    // From a process of the unit: the ten minutes are over now.
    const say = 'NOTIFY_SOCKET=/run/systemd/notify systemd-notify WATCHDOG_USEC=1000';
    machine.run('sh', '-c', `echo $$ >${CGROUP}/cgroup.procs && ${say}`);
    await eventually('there is another', PATIENCE_MS, () => ![0, before].includes(main()) || undefined);
    const startedAtMs = Date.now();
    expect(ends()).toEqual([ENDED_BY_WATCHDOG]);
    await until('it reports', ({ online, seenAtMs }) => online && (seenAtMs ?? 0) > startedAtMs);
  });

  it('puts a version back that stands still at each of its starts', async () => {
    await rollOutAgent('3.0.0', HANGS);
    const device = await until('3.0.0 is put back', (seen) => stateOf(seen, '3.0.0') === 'reverted');
    expect(device.workloads).toContainEqual(
      expect.objectContaining({
        code: 'agent_not_confirmed',
        running: expect.objectContaining({ version: '2.0.0' }),
      }),
    );
    await until('2.0.0 reports', ({ inventory }) => inventory?.agentVersion === '2.0.0');
    expect(ends().slice(1)).toEqual(Array.from({ length: 3 }, () => ENDED_BY_WATCHDOG));
  });

  it('ends it in order, and leaves none of its processes behind', async () => {
    await eventually('it has a runner', PATIENCE_MS, () => processes().length > 1 || undefined);
    machine.run('systemctl', 'stop', UNIT);
    expect([property('ActiveState'), property('Result'), ends().at(-1)]).toEqual([
      'inactive',
      'success',
      'success exited 0',
    ]);
    expect(processes()).toEqual([]);
    expect(machine.run('find', '/proc', '-maxdepth', '1', '-user', 'wherry')).toBe('');
  });

  it('starts it with the machine', async () => {
    await machine.cutPower();
    await machine.boot();
    await eventually('it runs', PATIENCE_MS, () => processes().length > 1 || undefined);
  });
});
