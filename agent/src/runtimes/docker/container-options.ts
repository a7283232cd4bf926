import type { Release } from '@wherry/protocol';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { WorkloadSpec } from '../port.ts';
import { DOCKER_LIMITS } from './limits.ts';
import { containerName, LABELS } from './names.ts';
import { SECRETS_MOUNT } from './secret-files.ts';

/**
 * What a release gets from the engine: nothing that it was not granted. All capabilities of the kernel are dropped, the
 * root file system is read-only, the network is absent unless the release asks for http or mqtt, or is probed by http; ports
 * are published on loopback only.
 */
export interface ContainerPlan {
  readonly options: ContainerCreateOptions;
  /** Container port that health is asked on. */
  readonly healthPort?: number;
  /** What could not be given as the release asks; said in the app's log. */
  readonly notes: readonly string[];
}

export interface PlanInput {
  readonly spec: WorkloadSpec;
  readonly imageId: string;
  readonly command?: readonly string[];
  readonly hasHealthcheck: boolean;
  /** `uid:gid` (see user.ts). */
  readonly user: string;
  readonly device: string;
  readonly engineCores: number;
  readonly nonce: string;
  /** Folder of its secrets; null without any. */
  readonly secretsPath?: string | null;
}

const DATA_MOUNT = '/data';
const NANO = 1e9;
const NANOSECONDS_PER_MS = 1e6;

export function planContainer(input: PlanInput): ContainerPlan {
  const { spec } = input;
  const { release } = spec;
  const memoryBytes = Math.max(release.limits.memoryBytes, DOCKER_LIMITS.memoryBytesMin);
  const cpuShare = Math.min(Math.max(release.limits.cpuShare, DOCKER_LIMITS.cpuShareMin), input.engineCores);
  const healthPort = release.health.http?.port;
  const port = healthPort === undefined ? undefined : `${healthPort}/tcp`;
  const options: ContainerCreateOptions = {
    name: containerName(spec.app, spec.releaseDigest, input.nonce),
    Image: input.imageId,
    Hostname: spec.app,
    User: input.user,
    OpenStdin: takesEvents(spec.release),
    Labels: { [LABELS.device]: input.device, [LABELS.app]: spec.app, [LABELS.release]: spec.releaseDigest },
    Env: environment(spec),
    ...(input.command ? { Cmd: [...input.command] } : {}),
    ...(input.hasHealthcheck ? { Healthcheck: healthcheck(release) } : {}),
    ...(port ? { ExposedPorts: { [port]: {} } } : {}),
    HostConfig: {
      Memory: memoryBytes,
      // The same number for memory and swap together: no swap beyond the limit.
      MemorySwap: memoryBytes,
      NanoCpus: Math.round(cpuShare * NANO),
      PidsLimit: DOCKER_LIMITS.processes,
      Ulimits: [
        { Name: 'nofile', Soft: DOCKER_LIMITS.openFiles, Hard: DOCKER_LIMITS.openFiles },
        // Counted over all processes of the user, so no bound on one container; without it Podman asks for more than a host may allow.
        { Name: 'nproc', Soft: DOCKER_LIMITS.userProcesses, Hard: DOCKER_LIMITS.userProcesses },
        ...largestFile(release.capabilities.dataBytes),
      ],
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': `rw,noexec,nosuid,nodev,size=${DOCKER_LIMITS.tmpBytes}` },
      NetworkMode: needsNetwork(release) ? 'bridge' : 'none',
      ...(port ? { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: '' }] } } : {}),
      ...mountsOf(spec.dataPath, input.secretsPath ?? null),
      RestartPolicy: { Name: 'no' },
      LogConfig: {
        Type: 'json-file',
        Config: { 'max-size': String(DOCKER_LIMITS.logFileBytes), 'max-file': String(DOCKER_LIMITS.logFiles) },
      },
    },
  };
  return { options, ...(healthPort === undefined ? {} : { healthPort }), notes: notesOn(spec, memoryBytes) };
}

function mountsOf(dataPath: string | null, secretsPath: string | null): Pick<HostConfig, 'Mounts'> {
  const mounts: HostConfig['Mounts'] = [
    ...(dataPath ? [{ Type: 'bind' as const, Source: dataPath, Target: DATA_MOUNT }] : []),
    ...(secretsPath ? [{ Type: 'bind' as const, Source: secretsPath, Target: SECRETS_MOUNT, ReadOnly: true }] : []),
  ];
  return mounts.length === 0 ? {} : { Mounts: mounts };
}

/** The kernel holds each file to the grant of /data; all of them together are measured with each probe (data-size.ts). */
function largestFile(dataBytes: number | undefined) {
  if (dataBytes === undefined) return [];
  const bytes = Math.max(dataBytes, DOCKER_LIMITS.tmpBytes);
  return [{ Name: 'fsize', Soft: bytes, Hard: bytes }];
}

/** Triggers but `start` reach a container as lines on its standard input (event-line.ts). */
export function takesEvents(release: Release): boolean {
  return release.triggers.some((trigger) => trigger.on !== 'start');
}

export function needsNetwork(release: Release): boolean {
  return Boolean(release.capabilities.http ?? release.capabilities.mqtt ?? release.health.http);
}

function environment(spec: WorkloadSpec): string[] {
  const own = { WHERRY_APP: spec.app, WHERRY_VERSION: spec.release.version };
  return Object.entries({ ...spec.config, ...own }).map(([key, value]) => `${key}=${value}`);
}

/** Runs at least twice as often as the agent asks, so that each probe sees a result that is newer than the last one. */
function healthcheck(release: Release): ContainerCreateOptions['Healthcheck'] {
  const { everyMs, afterMs, failures } = release.health;
  const intervalMs = Math.max(Math.min(everyMs, afterMs || everyMs) / 2, DOCKER_LIMITS.healthcheckIntervalMsMin);
  return { Interval: Math.round(intervalMs) * NANOSECONDS_PER_MS, Retries: failures } as never;
}

function notesOn(spec: WorkloadSpec, memoryBytes: number): string[] {
  const { limits, capabilities } = spec.release;
  return [
    ...(memoryBytes > limits.memoryBytes
      ? [`memory limit raised from ${limits.memoryBytes} to ${memoryBytes} bytes, the least that an engine accepts`]
      : []),
    ...(capabilities.http
      ? ['the container may reach every address, as its release says, and not only those in http.allow']
      : []),
  ];
}
