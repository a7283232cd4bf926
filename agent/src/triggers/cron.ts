import { type Outcome, refuse, succeed, type Trigger } from '@wherry/protocol';
import cron, { type ScheduledTask } from 'node-cron';
import type { Counters } from '../logs/counters.ts';
import type { Call } from './bus.ts';
import { beat, type CronState } from './cron-beat.ts';
import { TRIGGER_LIMITS } from './limits.ts';

/**
 * Cron triggers of all apps on one timer. node-cron reads the schedules and finds their ticks; its own timers are not used, because
 * they walk through every tick of a jump (a clock without a battery jumps by years) and do not notice a clock that is set back.
 */
export interface Cron {
  bind(app: string, triggers: readonly CronTrigger[], call: Call): void;
  unbind(app: string): void;
  stop(): void;
}

export type CronTrigger = Extract<Trigger, { on: 'cron' }>;

interface Entry {
  readonly schedule: string;
  readonly ticks: Ticks;
  readonly call: Call;
  state: CronState;
  isRunning: boolean;
}

const POLICY = { toleranceMs: TRIGGER_LIMITS.cronToleranceMs, stepBackMs: 600_000 };

export function createCron(counters: Counters, nowMs: () => number): Cron {
  const entries = new Map<string, Entry[]>();
  let timer: NodeJS.Timeout | undefined;

  function arm(): void {
    clearTimeout(timer);
    const nextMs = Math.min(...[...entries.values()].flat().map((entry) => entry.state.nextMs));
    if (!Number.isFinite(nextMs)) return;
    timer = setTimeout(look, Math.max(0, Math.min(nextMs - nowMs(), TRIGGER_LIMITS.cronLookMs)));
  }

  function look(): void {
    for (const [app, ofApp] of entries) for (const entry of ofApp) lookAt(app, entry);
    arm();
  }

  function lookAt(app: string, entry: Entry): void {
    const { state, run, hasMissed } = beat(entry.state, nowMs(), entry.ticks.nextAfter, POLICY);
    entry.state = state;
    if (hasMissed) counters.add('cron_missed');
    if (run === null) return;
    if (entry.isRunning)
      counters.note(
        'cron_overlaps',
        { app, schedule: entry.schedule },
        'a run is skipped: the one before has not ended',
      );
    else void runOnce(app, entry, run);
  }

  async function runOnce(app: string, entry: Entry, atMs: number): Promise<void> {
    entry.isRunning = true;
    try {
      const outcome = await entry.call({ on: 'cron', schedule: entry.schedule, atMs });
      counters.add(outcome.ok ? 'cron_runs' : 'cron_runs_failed');
    } catch (error) {
      counters.note('cron_runs_failed', { app, error }, 'a scheduled call failed');
    } finally {
      entry.isRunning = false;
    }
  }

  function close(app: string): void {
    for (const entry of entries.get(app) ?? []) entry.ticks.close();
    entries.delete(app);
  }

  return {
    bind(app, triggers, call) {
      close(app);
      const bound: Entry[] = [];
      for (const trigger of triggers) {
        const ticks = openTicks(trigger);
        if (!ticks.ok) {
          counters.note('cron_invalid', { app, problem: ticks.problems[0]?.message }, 'a schedule is left out');
          continue;
        }
        const state = { nextMs: ticks.value.nextAfter(nowMs()), lastMs: null };
        bound.push({ schedule: trigger.schedule, ticks: ticks.value, call, state, isRunning: false });
      }
      entries.set(app, bound);
      arm();
    },
    unbind(app) {
      close(app);
      arm();
    },
    stop() {
      clearTimeout(timer);
      for (const app of [...entries.keys()]) close(app);
    },
  };
}

/** A schedule that can be asked for its ticks; `close` gives it back. */
export interface Ticks {
  nextAfter(afterMs: number): number;
  close(): void;
}

/** Code: invalid_manifest, with the field that is wrong. */
export function openTicks({ schedule, timeZone }: CronTrigger): Outcome<Ticks> {
  try {
    const task = cron.createTask(schedule, () => {}, timeZone === undefined ? {} : { timezone: timeZone });
    const ticks = { nextAfter: (afterMs: number) => nextOf(task, afterMs), close: () => void task.destroy() };
    try {
      ticks.nextAfter(0);
    } catch (error) {
      ticks.close();
      throw error;
    }
    return succeed(ticks);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse('invalid_manifest', `cron ${JSON.stringify(schedule)}: ${reason}`);
  }
}

/** The library counts from the present only; `afterMs` is ahead of it by at most a small step back of the clock. */
function nextOf(task: ScheduledTask, afterMs: number): number {
  let last = 0;
  for (const count of [1, 16, 1024]) {
    for (const run of task.getNextRuns(count)) {
      last = run.getTime();
      if (last > afterMs) return last;
    }
  }
  return last;
}
