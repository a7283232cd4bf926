import { readFileSync } from 'node:fs';
import type { RunnerEntry } from './runner-entry.ts';
import { RunnerProcess } from './runner-process.ts';

/** Data segment of a process now, bytes: what RLIMIT_DATA counts (proc(5), VmData). Node reserves hundreds of MiB by itself, differently on each architecture. */
function dataSegmentBytes(pid: number): number {
  const match = /^VmData:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (match === null) throw new Error(`/proc/${pid}/status has no VmData`);
  return Number(match[1]) * 1024;
}

/** Data segment of an idle runner, bytes: what every runner needs before its guest has anything. */
export async function measureBaseline(entry: RunnerEntry): Promise<number> {
  const ready = Promise.withResolvers<number>();
  const options = { entry, dataBytes: null, moduleBytes: null, fileBytes: 0, preopens: [], stdio: 'log' } as const;
  const runner: RunnerProcess = new RunnerProcess(options, () => {
    if (runner.pid !== undefined) ready.resolve(dataSegmentBytes(runner.pid));
  });
  void runner.exited.then((exit) =>
    ready.reject(new Error(exit.stderr.trim() || `it ended with ${exit.signal ?? exit.code}`)),
  );
  runner.send({ type: 'hello' });
  const bytes = await ready.promise;
  runner.close();
  await runner.exited;
  return bytes;
}
