import type { ContainerInspectInfo } from 'dockerode';
import type { ExitReason } from '../port.ts';
import { type EngineClient, engineGone, statusOf } from './client.ts';
import { exitReason } from './exit.ts';
import { DOCKER_LIMITS } from './limits.ts';
import { wasSignalled } from './signals.ts';
import { waitForEnd } from './wait.ts';

export interface WatchOptions {
  readonly wasStopped: () => boolean;
  /** The engine was away, and the container runs on. */
  readonly onReturn: () => void;
}

/**
 * Waits until a container has ended and says why. An engine that goes away is asked again for a while, as it may only be
 * restarting, which ends its containers unless it is of the kind that leaves them running; then the container counts as lost. Never rejects.
 */
export async function watchContainer(
  client: EngineClient,
  id: string,
  { wasStopped, onReturn }: WatchOptions,
): Promise<ExitReason> {
  let wasAway = false;
  for (;;) {
    const hasWaited = await waitForEnd(client, id);
    if (!hasWaited) await pause();
    const seen = await inspectPatiently(client, id);
    wasAway ||= !hasWaited || seen.wasAway;
    if ('lost' in seen) return wasStopped() ? { kind: 'stopped' } : seen.lost;
    if (seen.info.State.Running) {
      if (wasAway) onReturn();
      // Its end is its own again.
      wasAway = false;
      continue;
    }
    const info = wasStopped() ? seen.info : await withCause(client, id, seen.info);
    const reason = exitReason(info.State, wasStopped());
    if (reason.kind === 'stopped') return reason;
    if (!(wasAway || (await wasSignalled(client, info)))) return withoutCause(reason, info);
    // The exit code is then the doing of others, unless the agent has asked meanwhile.
    return wasStopped() ? { kind: 'stopped' } : ENDED_BY_OTHERS;
  }
}

const ENDED_BY_OTHERS: ExitReason = {
  kind: 'crashed',
  code: 'no_runtime',
  message: 'the container was ended from outside: the engine was restarted, or somebody on this machine stopped it',
};

type Seen = ({ readonly info: ContainerInspectInfo } | { readonly lost: ExitReason }) & { readonly wasAway: boolean };

async function inspectPatiently(client: EngineClient, id: string): Promise<Seen> {
  const deadlineMs = performance.now() + client.patience.awayMs;
  let wasAway = false;
  for (;;) {
    try {
      return { wasAway, info: await client.quick.getContainer(id).inspect() };
    } catch (error) {
      if (statusOf(error) === 404) return lost('the container was removed from the engine by someone else');
      if (performance.now() > deadlineMs) return lost(engineGone(client.socketPath, error));
    }
    wasAway = true;
    await pause();
  }
}

const SIGKILL_EXIT_CODE = 137;
const CAUSE_TRIES = 4;

/** An engine learns that memory ran out and that the container ended from two sides: the cause may come a moment after the end. */
async function withCause(client: EngineClient, id: string, info: ContainerInspectInfo): Promise<ContainerInspectInfo> {
  let known = info;
  for (let tries = 0; tries < CAUSE_TRIES; tries += 1) {
    if (known.State.ExitCode !== SIGKILL_EXIT_CODE || known.State.OOMKilled) return known;
    await pause();
    const seen = await inspectPatiently(client, id);
    if ('lost' in seen) return known;
    known = seen.info;
  }
  return known;
}

/** Not every engine hears of the kernel ending a process for its memory; nobody else ends one like this without the engine's doing. */
function withoutCause(reason: ExitReason, info: ContainerInspectInfo): ExitReason {
  if (info.State.ExitCode !== SIGKILL_EXIT_CODE || reason.kind !== 'crashed') return reason;
  const message = 'the container was killed by the system, as it does when the limit of memory is reached';
  return reason.code === 'memory_limit' ? reason : { kind: 'crashed', code: 'memory_limit', message };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, DOCKER_LIMITS.engineAwayPollMs));
}

function lost(message: string): Seen {
  return { wasAway: true, lost: { kind: 'crashed', code: 'no_runtime', message } };
}
