import { type HostSample, hostSample, LIMITS, type WorkloadSample, workloadSample } from '@wherry/protocol';
import type { InstanceUsage } from '../runtimes/port.ts';
import { type Held, take as hold, NOTHING_HELD, type Patience } from './held-sample.ts';
import { createHostMeter } from './host.ts';
import type { RunningWorkload, UsageSampler, UsageSamplerOptions } from './options.ts';
import { HOST_CPU_SHARE, type Measured } from './remarkable.ts';
import { addUsage, type Usage, usageSince } from './workload-usage.ts';

/** Takes samples of the host and of each running workload, and puts them into the outbox. */
interface Baseline {
  readonly instance: RunningWorkload['instance'];
  readonly totals: InstanceUsage;
}

interface Ended {
  readonly app: string;
  readonly release: string;
  readonly usage: Usage;
}

const FIRST_AFTER_MS = 10_000;
/** Who asks for samples more often than this looks at them: none is held back. */
const WATCHED_EVERY_MS = 60_000;
/** How many unremarkable samples become one: an hour, or four where bytes cost money. */
const JOINED = 12;
const JOINED_METERED = 48;
/** An engine that does not answer must not hold up the others. */
const USAGE_TIMEOUT_MS = 5_000;

export function createUsageSampler(options: UsageSamplerOptions): UsageSampler {
  const { outbox, running, log } = options;
  const nowMs = options.nowMs ?? Date.now;
  const host = createHostMeter(options.dataPath, options.procPath ?? '/proc', options.sysPath ?? '/sys');
  const baselines = new Map<string, Baseline>();
  /** What ended since the last sample, by app and release. */
  const ended = new Map<string, Ended>();
  let held: Held = NOTHING_HELD;
  let everyMs = options.everyMs;
  let takenAtMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let isStarted = false;
  let underWay: Promise<void> = Promise.resolve();

  async function usageOf({ app, instance }: RunningWorkload): Promise<Usage | null> {
    const totals = await inTime(instance.usage()).catch((error: unknown) => {
      log.debug({ app, error }, 'no usage of a workload');
      return null;
    });
    if (!totals) return null;
    const before = baselines.get(app);
    baselines.set(app, { instance, totals });
    return usageSince(before?.instance === instance ? before.totals : null, totals);
  }

  async function take(isWanted = false): Promise<void> {
    const workloads = running().slice(0, LIMITS.workloadsPerDevice);
    const measured = host.measure();
    const usages = await Promise.all(workloads.map(usageOf));
    const atMs = performance.now();
    const toMs = Math.max(0, nowMs());
    const fromMs = Math.max(0, toMs - Math.round(atMs - takenAtMs));
    takenAtMs = atMs;
    const samples: WorkloadSample[] = [];
    for (const [at, { app, release }] of workloads.entries()) {
      const usage = usages[at];
      if (usage) push(samples, app, release, addUsage(takeEnded(app, release), usage));
    }
    for (const { app, release, usage } of ended.values()) push(samples, app, release, { ...usage, memoryBytes: 0 });
    ended.clear();
    forgetStopped(workloads);
    offer(
      { fromMs, toMs, ...checkedHost(measured), workloads: samples.slice(0, LIMITS.workloadsPerDevice) },
      patience(isWanted),
    );
  }

  function patience(isWanted: boolean): Patience {
    const isMetered = options.isMetered?.() ?? false;
    const isWatched = isWanted || everyMs < WATCHED_EVERY_MS;
    return {
      forMs: isWatched ? 0 : everyMs * (isMetered ? JOINED_METERED : JOINED),
      hostCpuShare: HOST_CPU_SHARE[isMetered ? 'metered' : 'unmetered'],
    };
  }

  function offer(sample: Measured, wait: Patience): void {
    const offered = hold(held, sample, wait);
    held = offered.held;
    if (offered.send !== null) outbox.append({ kind: 'usage', sample: offered.send });
  }

  /** A sample that the contract does not allow would hold up the whole outbox at the server's door. */
  function push(samples: WorkloadSample[], app: string, release: string, usage: Usage): void {
    const checked = workloadSample.safeParse({ app, release, ...usage });
    if (checked.success) samples.push(checked.data);
    else log.warn({ app, problem: checked.error.issues[0] }, 'a runtime gave figures that make no sense');
  }

  function checkedHost(measured: HostSample | null): { host?: HostSample } {
    const checked = hostSample.nullable().safeParse(measured);
    if (!checked.success) log.warn({ problem: checked.error.issues[0] }, 'this host gave figures that make no sense');
    return checked.data ? { host: checked.data } : {};
  }

  function takeEnded(app: string, release: string): Usage | undefined {
    const key = `${app} ${release}`;
    const usage = ended.get(key)?.usage;
    ended.delete(key);
    return usage;
  }

  function forgetStopped(workloads: readonly RunningWorkload[]): void {
    const apps = new Set(workloads.map(({ app }) => app));
    for (const app of baselines.keys()) if (!apps.has(app)) baselines.delete(app);
  }

  /** One at a time: two readings at once would count an interval twice. */
  function serially(work: () => Promise<void>): Promise<void> {
    underWay = underWay.then(work).catch((error: unknown) => log.error({ error }, 'a sample of usage failed'));
    return underWay;
  }

  function arm(afterMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      await serially(() => take());
      if (isStarted) arm(everyMs);
    }, afterMs);
  }

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      takenAtMs = performance.now();
      void serially(async () => void host.measure());
      arm(Math.min(options.firstAfterMs ?? FIRST_AFTER_MS, everyMs));
    },
    stop() {
      isStarted = false;
      clearTimeout(timer);
      if (held.waiting !== null) outbox.append({ kind: 'usage', sample: held.waiting });
      held = NOTHING_HELD;
    },
    setEvery(wantedMs) {
      if (wantedMs === everyMs) return;
      everyMs = wantedMs;
      if (isStarted) arm(everyMs);
    },
    sampleNow: () => serially(() => take(true)),
    settle: (workload) =>
      serially(async () => {
        const usage = await usageOf(workload);
        if (!usage) return;
        const { app, release } = workload;
        const sum = addUsage(takeEnded(app, release), usage);
        if (ended.size < LIMITS.workloadsPerDevice) ended.set(`${app} ${release}`, { app, release, usage: sum });
      }),
  };
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${USAGE_TIMEOUT_MS} ms`)), USAGE_TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
