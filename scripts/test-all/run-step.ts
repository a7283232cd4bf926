import { spawnSync } from 'node:child_process';

/** One step of the test command, with its time; true if it went well. */
export function runStep(root: string, title: string, command: string, args: readonly string[]): boolean {
  process.stdout.write(`\n== ${title}\n`);
  const startedAt = performance.now();
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`== ${title}: ${status === 0 ? 'ok' : `failed (${signal ?? status})`} in ${seconds} s\n`);
  return status === 0;
}
