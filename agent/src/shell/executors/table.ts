import type { OutwardEffect, OutwardKind, OutwardOf } from '../../core/lifecycle/effects.ts';
import { bindTriggers } from './bind-triggers.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { Executor, ExecutorContext } from './context.ts';
import { dismiss } from './dismiss.ts';
import { fetchBlob } from './fetch-blob.ts';
import { fetchRelease } from './fetch-release.ts';
import { moveTriggers } from './move-triggers.ts';
import { prepare } from './prepare.ts';
import { probe } from './probe.ts';
import { setTimer } from './set-timer.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';

/** One executor for each effect: an effect without one does not compile. */
const EXECUTORS: { readonly [K in OutwardKind]: Executor<K> } = {
  fetchRelease,
  fetchBlob,
  prepare,
  start,
  bindTriggers,
  moveTriggers,
  dismiss,
  probe,
  stop,
  setTimer,
  cancelChange: () => {},
  collectGarbage,
};

/** Effects of the instance run one after another; those of the change lane end the one before; the rest stand alone. */
const INSTANCE_LANE: ReadonlySet<OutwardKind> = new Set(['start', 'stop', 'bindTriggers', 'moveTriggers', 'dismiss']);
const CHANGE_LANE: ReadonlySet<OutwardKind> = new Set(['fetchRelease', 'fetchBlob', 'prepare', 'cancelChange']);

export interface Executing {
  execute(app: string, effect: OutwardEffect): void;
  /** Ends fetches and timers, and waits for what the instance lanes are doing. */
  stop(): Promise<void>;
}

export function createExecuting(context: () => ExecutorContext): Executing {
  const instanceLanes = new Map<string, Promise<void>>();
  const changes = new Map<string, AbortController>();
  const stopping = new AbortController();

  async function run<K extends OutwardKind>(app: string, effect: OutwardOf<K>, signal: AbortSignal): Promise<void> {
    try {
      await (EXECUTORS[effect.kind] as Executor<K>)(app, effect, context(), signal);
    } catch (error) {
      answerFailure(app, effect, error, context());
    }
  }

  return {
    execute(app, effect) {
      if (stopping.signal.aborted) return;
      if (INSTANCE_LANE.has(effect.kind)) {
        const before = instanceLanes.get(app) ?? Promise.resolve();
        instanceLanes.set(
          app,
          before.then(() => (stopping.signal.aborted ? undefined : run(app, effect, stopping.signal))),
        );
        return;
      }
      if (!CHANGE_LANE.has(effect.kind)) return void run(app, effect, stopping.signal);
      changes.get(app)?.abort();
      const change = new AbortController();
      changes.set(app, change);
      void run(app, effect, AbortSignal.any([change.signal, stopping.signal]));
    },
    async stop() {
      stopping.abort();
      for (const timer of context().timers.values()) clearTimeout(timer);
      await Promise.all(instanceLanes.values());
    },
  };
}

/** An executor that throws still owes an answer: without one its lane would wait for ever. */
function answerFailure(app: string, effect: OutwardEffect, error: unknown, { dispatch, log }: ExecutorContext): void {
  log.error({ app, effect: effect.kind, err: error }, 'an effect failed unexpectedly');
  const failure = { code: 'internal' as const, message: error instanceof Error ? error.message : String(error) };
  if (effect.kind === 'fetchRelease')
    dispatch(app, { type: 'release_failed', ticket: effect.ticket, ...failure, isFinal: false });
  else if (effect.kind === 'fetchBlob')
    dispatch(app, { type: 'blob_failed', ticket: effect.ticket, ...failure, isFinal: false });
  else if (effect.kind === 'prepare') dispatch(app, { type: 'refused', ticket: effect.ticket, ...failure });
  else if (effect.kind === 'start') dispatch(app, { type: 'start_failed', ticket: effect.ticket, ...failure });
  else if (effect.kind === 'moveTriggers')
    dispatch(app, { type: 'move_failed', ticket: effect.ticket, ...failure, isFinal: false });
  else if (effect.kind === 'probe') dispatch(app, { type: 'probe_failed', ticket: effect.ticket, ...failure });
}
