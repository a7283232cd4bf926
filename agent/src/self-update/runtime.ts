import { AGENT_APP, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { Instance, Runtime, WorkloadSpec } from '../runtimes/port.ts';
import type { Clock } from '../shell/clock.ts';
import type { Effects } from '../shell/effects.ts';
import { ArchiveRefused } from './archive-entries.ts';
import type { CheckIn } from './check-in.ts';
import type { Place } from './place.ts';
import type { selfTest } from './self-test.ts';
import { unpack } from './unpack.ts';
import { isVersionOf, versionName } from './version-name.ts';

/**
 * The runtime of the agent's own releases: "running" one means that this very process is of it. So its release goes through the same
 * lifecycle as any program's. Preparing unpacks and tests it; starting another one than the own makes it the next start's and ends this
 * process; a probe waits until the control plane has acknowledged a report, and then makes the version the confirmed one, before the
 * lifecycle confirms the release; stopping one that is not confirmed puts the version before it back.
 */
export interface AgentRuntimeOptions {
  readonly place: Place;
  /** Name of the version that runs; null: the one that was installed by hand. */
  readonly own: string | null;
  readonly version: string;
  readonly dataFolder: string;
  readonly confirmWithinMs: number;
  readonly checkIn: CheckIn;
  readonly test: typeof selfTest;
  /** Before another version gets at the database. */
  readonly snapshot: { take(): void; drop(): void };
  /** The release of this version has its verdict already, and it is a bad one: a crash came between telling it and going back. */
  readonly hasFailed: () => boolean;
  /** Ends this process, for the launcher to choose again. */
  readonly leave: () => void;
  readonly effects: Effects;
  readonly clock: Pick<Clock, 'uptimeMs'>;
  /** Aborted when the agent stops. */
  readonly closing: AbortSignal;
}

/** After which the launcher ends a start that could not even give itself up. */
const SPARE_MS = 3_000;
const MARGIN_MS = 1_000;
/** From the start of an agent on trial until its lifecycle asks for it. */
const ASKED_WITHIN_MS = 60_000;
const SPARE_SHARE = 0.25;

export function createAgentRuntime(options: AgentRuntimeOptions): Runtime {
  const { place, own, effects, clock, closing, checkIn, confirmWithinMs } = options;
  const startedMs = clock.uptimeMs();
  const isOnTrial = () => own !== null && place.current() !== own;
  let isLeaving = false;
  let patience: NodeJS.Timeout | undefined;

  function leave(change: () => void): void {
    if (isLeaving || closing.aborted) return;
    change();
    isLeaving = true;
    clearTimeout(patience);
    options.leave();
  }

  /** What is asked for now is answered by the next start. */
  async function nextStart<T>(): Promise<Outcome<T>> {
    if (!closing.aborted) await new Promise((resolve) => closing.addEventListener('abort', resolve, { once: true }));
    return refuse('unavailable', 'this agent is ending');
  }

  async function unpackAndTest(spec: WorkloadSpec, name: string, archive: string): Promise<Outcome<void>> {
    const folder = place.begin(name);
    try {
      await effects.run('update.unpack', () => unpack(archive, folder));
    } catch (error) {
      if (error instanceof ArchiveRefused)
        return refuse('self_test_failed', `the archive of the agent cannot be used: ${error.message}`);
      throw error;
    }
    const { version } = spec.release;
    const tested = await effects.run('update.selfTest', () =>
      options.test({ folder, dataFolder: options.dataFolder, version }),
    );
    if (tested.ok) place.complete(name);
    return tested;
  }

  async function prepare(spec: WorkloadSpec): Promise<Outcome<void>> {
    const name = nameOf(spec);
    if (spec.variant.kind !== 'agent' || spec.app !== AGENT_APP || spec.artifactPath === null)
      return refuse('no_runtime', `only releases of ${AGENT_APP} are agents`);
    if (place.failed()?.name === name) place.forgetFailed();
    if (name === own || place.has(name)) return succeed(undefined);
    return unpackAndTest(spec, name, spec.artifactPath);
  }

  async function start(spec: WorkloadSpec): Promise<Outcome<Instance>> {
    const name = nameOf(spec);
    if (name === own && !isLeaving) {
      giveUpAfter((place.trial()?.limitSeconds ?? 0) * 1_000);
      return succeed(instanceOf(spec));
    }
    if (isLeaving || isOnTrial()) {
      leave(place.putBack);
      return nextStart();
    }
    const failed = place.failed();
    if (failed?.name === name) return refuse('agent_not_confirmed', whyPutBack(spec, failed.tries));
    if (!place.has(name)) {
      const prepared = await prepare(spec);
      if (!prepared.ok) return prepared;
    }
    leave(() => {
      options.snapshot.take();
      place.arm({ name, limitSeconds: Math.ceil(limitMs(spec, confirmWithinMs) / 1_000) });
    });
    return nextStart();
  }

  /** A version that nobody asks for any more, or that waits in vain, must not stay on trial for ever. */
  function giveUpAfter(limitMs: number): void {
    clearTimeout(patience);
    if (!isOnTrial()) return;
    patience = setTimeout(() => {
      if (isOnTrial()) leave(place.putBack);
    }, limitMs).unref();
  }

  function instanceOf({ release }: WorkloadSpec): Instance {
    return {
      // It ends with this process.
      exited: new Promise(() => {}),
      call: async () => succeed({}),
      async probe() {
        if (!isOnTrial()) return succeed(undefined);
        const sinceMs = await checkIn.sinceMs(startedMs + confirmWithinMs, closing);
        if (sinceMs === null)
          return refuse(
            'agent_not_confirmed',
            `no report of agent ${release.version} was acknowledged within ${confirmWithinMs} ms`,
          );
        // The lifecycle measures from the probe, a moment later: its last one must not find the soak a moment short here.
        const { soakMs, everyMs } = release.health;
        if (clock.uptimeMs() - sinceMs >= soakMs - Math.max(everyMs, MARGIN_MS)) {
          place.confirm(versionNameOwn());
          options.snapshot.drop();
        }
        return succeed(undefined);
      },
      usage: async () => ownUsage(),
      async stop() {
        if (isOnTrial()) leave(place.putBack);
      },
    };
  }

  function versionNameOwn(): string {
    if (own === null) throw new TypeError('the version that was installed by hand is never on trial');
    return own;
  }

  return {
    name: 'agent',
    kind: 'agent',
    features: { triggers: new Set(['start']), isolation: 'process' },
    probe: async () => succeed({ version: options.version }),
    prepare,
    start,
    async cleanUp() {
      if (isOnTrial() && options.hasFailed()) leave(place.putBack);
      else giveUpAfter(ASKED_WITHIN_MS);
    },
    async forgetExcept(releases) {
      const inUse = new Set([own, place.current(), place.trial()?.name]);
      place.collect((name) => inUse.has(name) || [...releases].some((digest) => isVersionOf(name, digest)));
    },
  };
}

function nameOf({ release, releaseDigest }: WorkloadSpec): string {
  return versionName(release.version, releaseDigest);
}

function limitMs({ release: { health } }: WorkloadSpec, confirmWithinMs: number): number {
  const ownMs = confirmWithinMs + health.afterMs + health.soakMs + health.everyMs * (health.failures + 1);
  return ownMs + Math.max(SPARE_MS, confirmWithinMs * SPARE_SHARE);
}

function whyPutBack({ release }: WorkloadSpec, tries: number): string {
  return `agent ${release.version} was started ${tries} times and did not check in; the agent before it was put back`;
}

function ownUsage() {
  const { user, system } = process.cpuUsage();
  return {
    source: 'proc' as const,
    isolation: 'process' as const,
    cpuMs: Math.round((user + system) / 1_000),
    memoryBytes: process.memoryUsage.rss(),
    calls: 0,
    errors: 0,
    limitsHit: 0,
  };
}
