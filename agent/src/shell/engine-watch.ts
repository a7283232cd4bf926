import type { DeviceFit } from '../core/fit.ts';
import { caresForEngines, shouldChooseAgain } from '../core/plan/choice.ts';
import { firstPresence, hasChanged, look } from '../core/plan/engine-presence.ts';
import type { Logger } from '../logs/logger.ts';
import type { Store } from '../store/store.ts';
import type { Device } from './device.ts';
import type { Loop } from './loop.ts';

/**
 * Engines come and go while the agent runs: asked now and then, as long as a program here could run in one. When one has come, or is
 * gone for good, what was chosen without it, or with it, is chosen again; and the control plane learns what this device can run.
 */
export interface EngineWatch {
  start(): void;
  stop(): void;
}

export interface EngineWatchOptions {
  readonly device: Device;
  readonly loop: Loop;
  readonly store: Store;
  readonly everyMs: number;
  /** Tells the inventory. */
  readonly onChange: () => void;
  readonly log: Logger;
}

export function createEngineWatch(options: EngineWatchOptions): EngineWatch {
  const { device, loop, store, log } = options;
  const answering = () => new Set<string>(device.kinds());
  let presence = firstPresence(answering());
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function lookOnce(): Promise<void> {
    const states = [...loop.states().values()];
    if (!states.some(({ record }) => caresForEngines(record))) return;
    await device.refresh();
    const next = look(presence, answering());
    const isOther = hasChanged(presence, next);
    presence = next;
    if (isOther) {
      log.info({ present: [...presence.present] }, 'the kinds of variants that this device can run have changed');
      options.onChange();
    }
    chooseAgain();
  }

  function chooseAgain(): void {
    const [now, settled] = [device.fit(), settledFit(device.fit(), presence.present)];
    for (const { record } of [...loop.states().values()]) {
      // What is away for a moment is no reason yet; what is not there at this moment is no help.
      if (!shouldChooseAgain(record, now) || !shouldChooseAgain(record, settled)) continue;
      const { workload } = record.target;
      const failedAttempt = store.ledger.failedAttempt(workload.release);
      loop.dispatch(record.app, { type: 'desired', workload, failedAttempt, choosesAgain: true });
    }
  }

  function schedule(): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      lookOnce()
        .catch((error: unknown) => log.error({ err: error }, 'ask engines'))
        .finally(schedule);
    }, options.everyMs);
    timer.unref();
  }

  return {
    start() {
      presence = firstPresence(answering());
      schedule();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function settledFit(fit: DeviceFit, present: ReadonlySet<string>): DeviceFit {
  const refused = Object.entries(fit.refused).filter(([kind, why]) => why.code !== 'no_runtime' || !present.has(kind));
  return { ...fit, refused: Object.fromEntries(refused) };
}
