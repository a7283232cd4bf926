import type { DeploymentState, DesiredWorkload } from '@wherry/protocol';
import { FRESH_HEALTH } from '../../health/gate.ts';
import type { Env } from '../env.ts';
import type { Confirmed, Deployment, ReleaseFacts } from '../state.ts';

/** One plain example of each state, with a last good release unless told. */
export const APP = 'thermostat';

export function digestAt(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}

export function workloadOf(letter: string, patch: Partial<DesiredWorkload> = {}): DesiredWorkload {
  return {
    app: APP,
    version: `1.0.${letter.charCodeAt(0)}`,
    release: digestAt(letter),
    config: {},
    attempt: 1,
    ...patch,
  } as DesiredWorkload;
}

export function factsOf(releaseCounter: number, patch: Partial<ReleaseFacts> = {}): ReleaseFacts {
  const artifact = { digest: digestAt('e'), sizeBytes: 1_000 };
  return {
    releaseCounter,
    variants: [
      { kind: 'wasm', artifact, platforms: null },
      { kind: 'container', artifact: null, platforms: ['linux/arm64'] },
    ],
    health: { afterMs: 10, everyMs: 100, failures: 2, soakMs: 1_000 },
    isOneShot: false,
    ...patch,
  };
}

export const GOOD: Confirmed = { workload: workloadOf('a'), facts: factsOf(1), variantAt: 0, runtime: 'wasm' };

export const ENV: Env = {
  nowMs: 1_000_000,
  uptimeMs: 50_000,
  random: 0.5,
  device: { refused: {}, platform: 'linux/arm64' },
  lastTicket: 0,
};

/** Tickets of the two lanes in every example. */
export const CHANGE_TICKET = 7;
export const RUN_TICKET = 5;

export function deploymentIn(phase: DeploymentState, patch: Partial<Deployment['record']> = {}): Deployment {
  const isEarly = phase === 'waiting';
  const isHealthy = phase === 'healthy';
  const isOnTrial = phase === 'activating' || phase === 'probing';
  const target = isHealthy
    ? { ...GOOD, refusals: [] }
    : { workload: workloadOf('b'), facts: isEarly ? null : factsOf(2), variantAt: 0, refusals: [], runtime: null };
  const record = { app: APP, phase, target, good: GOOD, verdict: null, sinceMs: 900_000, transitions: 3, ...patch };
  return {
    record,
    change: { ticket: CHANGE_TICKET, failures: 0, trouble: null },
    run: {
      who: isOnTrial ? 'target' : record.good === null ? null : 'good',
      status:
        phase === 'activating' || phase === 'reverting'
          ? 'starting'
          : !isOnTrial && record.good === null
            ? 'down'
            : 'up',
      ticket: RUN_TICKET,
      prior: null,
      health: { ...FRESH_HEALTH, passingSinceMs: 49_500 },
      restarts: 0,
      trouble: null,
    },
    lastTicket: 9,
  };
}
