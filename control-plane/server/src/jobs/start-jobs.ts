import cron from 'node-cron';
import type { AppContext } from '../app/context.ts';
import { dispatchDesired } from '../app/dispatch-desired.ts';
import { drainDispatch } from '../app/dispatch-soon.ts';
import { expireDeadlines } from '../app/expire-deadlines.ts';
import { hearWaiting } from '../app/hear-waiting.ts';
import { endSessions } from '../app/identity/end-identity.ts';
import { keepProcess } from '../app/keep-process.ts';
import { prepareRollouts } from '../app/prepare-rollouts.ts';
import { drainPreparation } from '../app/prepare-soon.ts';
import { prune } from '../app/prune.ts';
import { renewDesired } from '../app/renew-desired.ts';
import { renewTrust } from '../app/renew-trust.ts';
import { wakeRollouts } from '../app/wake-rollouts.ts';
import { watchSoaks } from '../app/watch-soaks.ts';

export interface Jobs {
  /** Resolves when the runs under way have ended. */
  stop(): Promise<void>;
}

/** What happens by the clock. Each takes no input, looks at what there is to do, and may run twice or late without harm. */
const SCHEDULES: readonly { name: string; schedule: string; run: (context: AppContext) => Promise<number> }[] = [
  { name: 'expire deadlines', schedule: '* * * * * *', run: expireDeadlines },
  { name: 'wake rollouts', schedule: '* * * * * *', run: wakeRollouts },
  { name: 'prepare rollouts', schedule: '* * * * * *', run: prepareRollouts },
  { name: 'hear waiting devices', schedule: '*/10 * * * * *', run: hearWaiting },
  { name: 'watch soaks', schedule: '*/2 * * * * *', run: watchSoaks },
  { name: 'keep process', schedule: '*/2 * * * * *', run: keepProcess },
  { name: 'dispatch desired states', schedule: '* * * * * *', run: dispatchDesired },
  { name: 'end sessions', schedule: '*/15 * * * * *', run: endSessions },
  { name: 'renew desired states', schedule: '*/10 * * * *', run: renewDesired },
  { name: 'sign the newest metadata', schedule: '*/10 * * * *', run: renewTrust },
  { name: 'prune', schedule: '*/5 * * * *', run: prune },
];

/** Starts the schedules; a run that is still under way makes the next one wait its turn out. */
export function startJobs(context: AppContext): Jobs {
  const running = new Set<Promise<void>>();
  const tasks = SCHEDULES.map(({ name, schedule, run }) => {
    let isRunning = false;
    return cron.schedule(
      schedule,
      async () => {
        if (isRunning) return;
        isRunning = true;
        const done = run(context)
          .then(
            (count) => {
              if (count > 0) context.log.info({ job: name, count }, 'job done');
            },
            (error: unknown) => context.log.error({ err: error, job: name }, 'job failed; it runs again'),
          )
          .finally(() => {
            isRunning = false;
            running.delete(done);
          });
        running.add(done);
        await done;
      },
      { name },
    );
  });
  return {
    async stop() {
      for (const task of tasks) await task.destroy();
      await Promise.all(running);
      await drainPreparation(context);
      await drainDispatch(context);
    },
  };
}
