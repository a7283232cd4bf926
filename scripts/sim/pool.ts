import { Worker } from 'node:worker_threads';
import type { Job, JobResult } from './jobs.ts';

/** Threads that take jobs from one queue; results come in the order of the jobs. */
export async function runJobs(jobs: readonly Job[], threads: number): Promise<JobResult[]> {
  const results: JobResult[] = [];
  let next = 0;
  const run = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      let current = -1;
      const give = () => {
        const job = jobs[next];
        if (job === undefined) return resolve();
        current = next;
        next += 1;
        worker.postMessage(job);
      };
      worker.on('error', reject);
      worker.on('message', (result: JobResult) => {
        results[current] = result;
        give();
      });
      give();
    });
  const workers = Array.from(
    { length: Math.min(threads, jobs.length) },
    () => new Worker(new URL('./worker.ts', import.meta.url)),
  );
  try {
    await Promise.all(workers.map(run));
    return results;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
