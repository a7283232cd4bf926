import { join } from 'node:path';
import { AGENT_APP } from '@wherry/protocol';
import type { Runtime } from '../runtimes/port.ts';
import { agentVersion } from '../shell/agent-version.ts';
import type { Clock } from '../shell/clock.ts';
import type { AgentConfig } from '../shell/config.ts';
import type { Effects } from '../shell/effects.ts';
import type { Store } from '../store/store.ts';
import { createCheckIn } from './check-in.ts';
import { AGENT_FOLDER, type Launched } from './launched.ts';
import { openPlace } from './place.ts';
import { createAgentRuntime } from './runtime.ts';
import { selfTest } from './self-test.ts';
import { isVersionOf } from './version-name.ts';

/** The agent's way to another version of itself, put together. */
export interface SelfUpdate {
  readonly runtimes: readonly Runtime[];
  /** Resolves when this process is to end, for the launcher to choose the version. */
  readonly mustLeave: Promise<void>;
  /** The agent stops: nothing is put back for that. */
  close(): void;
}

export interface SelfUpdateOptions {
  readonly launched: Launched | null;
  /** The data folder. */
  readonly folder: string;
  readonly config: Pick<AgentConfig, 'selfUpdate'>;
  readonly store: Store;
  readonly effects: Effects;
  readonly clock: Clock;
}

export function openSelfUpdate(options: SelfUpdateOptions): SelfUpdate {
  const { launched, folder, config, store, effects, clock } = options;
  const closing = new AbortController();
  const { promise: mustLeave, resolve: leave } = Promise.withResolvers<void>();
  if (launched === null) return { runtimes: [], mustLeave, close: () => closing.abort() };
  const runtime = createAgentRuntime({
    place: openPlace(join(folder, AGENT_FOLDER), effects),
    own: launched.own,
    version: agentVersion(),
    dataFolder: folder,
    confirmWithinMs: config.selfUpdate.confirmWithinMs,
    checkIn: createCheckIn(() => store.outbox.acknowledgedSeq() > 0, clock.uptimeMs),
    test: selfTest,
    snapshot: store.snapshot,
    hasFailed: () => hasFailed(store, launched.own),
    leave,
    effects,
    clock,
    closing: closing.signal,
  });
  return { runtimes: [runtime], mustLeave, close: () => closing.abort() };
}

/** As the lifecycle left it on the disk: this runs before the lifecycle does. */
function hasFailed(store: Store, own: string | null): boolean {
  if (own === null) return false;
  const record = store.ledger.records().records.find(({ app }) => app === AGENT_APP);
  if (record?.phase !== 'failed' && record?.phase !== 'reverted') return false;
  return isVersionOf(own, record.target.workload.release);
}
