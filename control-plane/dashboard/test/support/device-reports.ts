import {
  type AppName,
  type BootId,
  type ClaimResponse,
  canonicalBytes,
  type DesiredWorkload,
  type DeviceId,
  type DeviceName,
  type Inventory,
  PAYLOAD_TYPES,
  type Report,
  type ReportBody,
  type TargetName,
  type UsageBatch,
  type WorkloadStatus,
} from '@wherry/protocol';
import type { SigningKey } from './signing.ts';

const GIB = 1024 ** 3;

/** How a deployment ends on the device: what changes in its status. */
export type Ending = Partial<WorkloadStatus> & Pick<WorkloadStatus, 'state'>;
export const HEALTHY: Ending = { state: 'healthy', variant: 'wasm', runtime: 'wasm' };
export const REVERTED: Ending = {
  state: 'reverted',
  variant: 'wasm',
  runtime: 'wasm',
  code: 'health_failed',
  message: 'GET /health answered 500 three times in a row',
};
export const REJECTED: Ending = {
  state: 'rejected',
  code: 'no_variant_fits',
  message: 'no variant of this release fits',
  refusals: [
    { variant: 0, kind: 'wasm', code: 'import_refused', message: 'import sock_open is not on the allow-list' },
    {
      variant: 1,
      kind: 'container',
      code: 'no_runtime',
      message: 'no container engine answers at /var/run/docker.sock',
    },
  ],
};

/** What a device says of itself, numbered by (boot, seq) in one sequence and signed. */
export class DeviceReports {
  readonly boot: BootId;
  readonly #from: DeviceName;
  readonly #device: DeviceId;
  readonly #key: SigningKey;
  readonly #send: (channel: 'report' | 'usage', body: unknown) => Promise<void>;
  readonly #known = new Map<AppName, WorkloadStatus>();
  #seq = 0;

  constructor(
    { tenant, device }: Pick<ClaimResponse, 'tenant' | 'device'>,
    boot: BootId,
    key: SigningKey,
    send: (channel: 'report' | 'usage', body: unknown) => Promise<void>,
  ) {
    this.#from = { tenant, device };
    this.#device = device;
    this.boot = boot;
    this.#key = key;
    this.#send = send;
  }

  isNew({ app, release, attempt }: DesiredWorkload): boolean {
    const known = this.#known.get(app);
    return known?.release !== release || known.attempt !== attempt;
  }

  async inventory(target: string, more: Partial<Inventory> = {}): Promise<void> {
    await this.report({
      type: 'state',
      generation: 0,
      workloads: {},
      full: true,
      inventory: {
        agentVersion: '0.1.0',
        target: target as TargetName,
        arch: 'arm64',
        os: 'Debian GNU/Linux 12 (bookworm)',
        hostname: this.#device,
        cores: 4,
        memoryBytes: 4 * GIB,
        diskBytes: 64 * GIB,
        runtimes: [{ name: 'wasm', version: '24.21.0' }],
        isolation: 'process',
        ...more,
      },
    });
  }

  async status(generation: number, workload: DesiredWorkload, ending: Ending): Promise<void> {
    const { app, version, release, attempt, rollout } = workload;
    const status: WorkloadStatus = {
      app,
      version,
      release,
      attempt,
      ...(rollout ? { rollout } : {}),
      restarts: 0,
      sinceMs: Date.now(),
      ...ending,
    };
    this.#known.set(app, status);
    await this.report({ type: 'state', generation, workloads: { [app]: status } });
  }

  /** Apps that are wanted no more are gone. */
  async forget(generation: number, wanted: readonly DesiredWorkload[]): Promise<void> {
    const gone = [...this.#known.keys()].filter((app) => !wanted.some((each) => each.app === app));
    for (const app of gone) this.#known.delete(app);
    await this.report({ type: 'state', generation, workloads: Object.fromEntries(gone.map((app) => [app, null])) });
  }

  async event(name: string, message: string, severity: 'info' | 'warning' | 'error' = 'info'): Promise<void> {
    await this.report({ type: 'event', severity, name, message });
  }

  async report(body: ReportBody): Promise<void> {
    this.#seq += 1;
    const report: Report = {
      device: this.#device,
      boot: this.boot,
      items: [{ seq: this.#seq, atMs: Date.now(), body }],
    };
    await this.#send('report', this.#key.seal(PAYLOAD_TYPES.report, canonicalBytes(report)));
  }

  /** Samples of one minute each that end now. */
  async usage(minutes: number): Promise<void> {
    const endMs = Date.now();
    const samples = Array.from({ length: minutes }, (_, index) => {
      this.#seq += 1;
      const toMs = endMs - (minutes - 1 - index) * 60_000;
      const wave = Math.sin(index / 4);
      return {
        seq: this.#seq,
        fromMs: toMs - 60_000,
        toMs,
        host: {
          cpuShare: 0.25 + 0.15 * wave,
          memoryUsedBytes: Math.round((1.2 + 0.1 * wave) * GIB),
          memoryTotalBytes: 4 * GIB,
          diskUsedBytes: 21 * GIB,
          diskTotalBytes: 64 * GIB,
          temperatureCelsius: 52 + 4 * wave,
          loadAverage1m: 0.4,
          agentMemoryBytes: 58 * 1024 ** 2,
          agentCpuMs: 120,
        },
        workloads: [...this.#known.values()].map(({ app, release }) => ({
          app,
          release,
          source: 'proc' as const,
          isolation: 'process' as const,
          cpuMs: 900 + 300 * wave,
          memoryBytes: 14 * 1024 ** 2,
          modulePeakBytes: 2 * 1024 ** 2,
          calls: 12,
          errors: index % 10 === 0 ? 1 : 0,
          limitsHit: 0,
        })),
      };
    });
    const batch: UsageBatch = { boot: this.boot, samples };
    await this.#send('usage', { ...batch, sig: this.#key.beside(this.#from, batch) });
  }
}
