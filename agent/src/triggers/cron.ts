import { checkCron, type Outcome, refuse, succeed, type Trigger } from '@wherry/protocol';
import { nextTickOf } from '../core/window/ticks.ts';
import type { Counters } from '../logs/counters.ts';
import { createTimeZones } from '../shell/time-zone.ts';
import type { Call } from './bus.ts';
import { beat, type CronState } from './cron-beat.ts';
import { TRIGGER_LIMITS } from './limits.ts';

/**
 * Cron triggers of all apps on one timer, which looks at the clock anew now and then: a clock without a battery jumps by years, and
 * one that is set back must be noticed. The ticks are those of the activation windows (core/window/ticks.ts), so that a schedule
 * and a window mean the same hour when clocks change.
 */
export interface Cron {
  bind(app: string, triggers: readonly CronTrigger[], call: Call): void;
  unbind(app: string): void;
  /** Ticks wait for the next binding: one that is not too late by then runs. */
  pause(app: string): void;
  stop(): void;
}

export type CronTrigger = Extract<Trigger, { on: 'cron' }>;

interface Entry {
  readonly trigger: CronTrigger;
  readonly ticks: Ticks;
  /** Null while the app has no instance. */
  call: Call | null;
  state: CronState;
  isRunning: boolean;
}

const POLICY = { toleranceMs: TRIGGER_LIMITS.cronToleranceMs, stepBackMs: 600_000 };

/** `timeZone`: of schedules that name none; the system's without it. */
export function createCron(counters: Counters, nowMs: () => number, timeZone?: string): Cron {
  const entries = new Map<string, Entry[]>();
  let timer: NodeJS.Timeout | undefined;

  function arm(): void {
    clearTimeout(timer);
    const awake = [...entries.values()].flat().filter(({ call }) => call !== null);
    const nextMs = Math.min(...awake.map((entry) => entry.state.nextMs));
    if (!Number.isFinite(nextMs)) return;
    timer = setTimeout(look, Math.max(0, Math.min(nextMs - nowMs(), TRIGGER_LIMITS.cronLookMs)));
  }

  function look(): void {
    for (const [app, ofApp] of entries) for (const entry of ofApp) lookAt(app, entry);
    arm();
  }

  function lookAt(app: string, entry: Entry): void {
    const { call } = entry;
    if (call === null) return;
    const { state, run, hasMissed } = beat(entry.state, nowMs(), entry.ticks.nextAfter, POLICY);
    entry.state = state;
    if (hasMissed) counters.add('cron_missed');
    if (run === null) return;
    if (entry.isRunning)
      counters.note(
        'cron_overlaps',
        { app, schedule: entry.trigger.schedule },
        'a run is skipped: the one before has not ended',
      );
    else void runOnce(app, entry, call, run);
  }

  async function runOnce(app: string, entry: Entry, call: Call, atMs: number): Promise<void> {
    entry.isRunning = true;
    try {
      const outcome = await call({ on: 'cron', schedule: entry.trigger.schedule, atMs });
      counters.add(outcome.ok ? 'cron_runs' : 'cron_runs_failed');
    } catch (error) {
      counters.note('cron_runs_failed', { app, error }, 'a scheduled call failed');
    } finally {
      entry.isRunning = false;
    }
  }

  return {
    bind(app, triggers, call) {
      const before = entries.get(app) ?? [];
      const bound: Entry[] = [];
      for (const trigger of triggers) {
        const kept = before.find((entry) => isSameSchedule(entry.trigger, trigger));
        if (kept !== undefined) {
          // An update moves the schedule as it is: a tick that is due just now is neither lost nor run twice.
          before.splice(before.indexOf(kept), 1);
          bound.push(Object.assign(kept, { call }));
          continue;
        }
        const ticks = openTicks(trigger, timeZone);
        if (!ticks.ok) {
          counters.note('cron_invalid', { app, problem: ticks.problems[0]?.message }, 'a schedule is left out');
          continue;
        }
        const state = { nextMs: ticks.value.nextAfter(nowMs()), lastMs: null };
        bound.push({ trigger, ticks: ticks.value, call, state, isRunning: false });
      }
      entries.set(app, bound);
      arm();
    },
    unbind(app) {
      entries.delete(app);
      arm();
    },
    pause(app) {
      for (const entry of entries.get(app) ?? []) entry.call = null;
      arm();
    },
    stop() {
      clearTimeout(timer);
      entries.clear();
    },
  };
}

function isSameSchedule(a: CronTrigger, b: CronTrigger): boolean {
  return a.schedule === b.schedule && a.timeZone === b.timeZone;
}

/** A schedule that can be asked for its ticks. */
export interface Ticks {
  nextAfter(afterMs: number): number;
}

/** Code: invalid_manifest. */
export function openTicks({ schedule, timeZone }: CronTrigger, ofDevice?: string): Outcome<Ticks> {
  const checked = checkCron(schedule);
  if (!checked.ok) return checked;
  const nextTick = nextTickOf(schedule);
  const zones = createTimeZones(ofDevice);
  const nextAfter = (afterMs: number) => {
    const zone = zones.offsets(timeZone, afterMs);
    return zone && nextTick(afterMs, zone);
  };
  if (zones.offsets(timeZone, 0) === null)
    return refuse('invalid_manifest', `cron ${JSON.stringify(schedule)}: this device knows no time zone ${timeZone}`);
  if (nextAfter(0) === null)
    return refuse('invalid_manifest', `cron ${JSON.stringify(schedule)}: this never comes, such as 30 February`);
  return succeed({ nextAfter: (afterMs) => nextAfter(afterMs) ?? Number.POSITIVE_INFINITY });
}
