import { parentPort } from 'node:worker_threads';
import type { Job, JobResult } from './jobs.ts';
import { loadMachines, type Machines } from './machines.ts';
import { play } from './play.ts';

/** A thread: plays what it is given, one job after another. */
const loaded = new Map<string, Promise<Machines>>();

async function work({ folder, flaw, until, scenarios }: Job): Promise<JobResult> {
  const machines = await machinesOf(folder);
  let steps = 0;
  const violations: JobResult['violations'][number][] = [];
  for (const scenario of scenarios) {
    const played = play(scenario, { machines, flaw, until });
    steps += played.steps;
    for (const violation of played.violations) violations.push({ scenario, violation });
  }
  return { steps, violations };
}

function machinesOf(folder: string | undefined): Promise<Machines> {
  const found = loaded.get(folder ?? '') ?? loadMachines(folder);
  loaded.set(folder ?? '', found);
  return found;
}

parentPort?.on('message', (job: Job) => {
  work(job).then(
    (result) => parentPort?.postMessage(result),
    // Ends the thread with the error, which the pool reports.
    (error: unknown) => setImmediate(() => Promise.reject(error)),
  );
});
