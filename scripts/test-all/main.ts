import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureSystemPackages } from '../system/packages.ts';

/**
 * The whole test command: system packages, build, `npm run check`, then the tests against real brokers, engines, browsers and
 * emulated boards. Ends with one line of sums; exits 1 if anything failed.
 */
const root = resolve(import.meta.dirname, '../..');
const reports = resolve(root, 'test-output/reports');

interface Sums {
  passed: number;
  failed: number;
  skipped: number;
}

function run(title: string, command: string, args: readonly string[]): boolean {
  process.stdout.write(`\n== ${title}\n`);
  const startedAt = performance.now();
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`== ${title}: ${status === 0 ? 'ok' : `failed (${signal ?? status})`} in ${seconds} s\n`);
  return status === 0;
}

function runVitest(project: 'unit' | 'real', sums: Sums): boolean {
  const file = resolve(reports, `${project}.json`);
  const ok = run(`${project} tests`, 'vitest', [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const report = JSON.parse(readFileSync(file, 'utf8'));
  sums.passed += report.numPassedTests;
  sums.failed +=
    report.numFailedTests +
    report.testResults.filter(
      (r: { status: string; assertionResults: unknown[] }) => r.status === 'failed' && r.assertionResults.length === 0,
    ).length;
  sums.skipped += report.numPendingTests + report.numTodoTests;
  return ok;
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const missing = ensureSystemPackages('test');
if (missing.length > 0 && process.env.CI === 'true') {
  process.stdout.write(
    `Under CI every system package must be there; missing: ${missing.map((p) => p.name).join(' ')}\n`,
  );
  process.exit(1);
}

const sums: Sums = { passed: 0, failed: 0, skipped: 0 };
const steps = [
  () => run('build', 'npm', ['run', '-s', 'build']),
  () => run('lint', 'npm', ['run', '-s', 'lint']),
  () => run('types', 'npm', ['run', '-s', 'types']),
  () => run('layers', 'npm', ['run', '-s', 'layers']),
  () => runVitest('unit', sums),
  () => runVitest('real', sums),
];
/** A broken step does not hide the ones after it, but for the build, without which the rest tells nothing. */
let isGood = true;
for (const [index, step] of steps.entries()) {
  const ok = step();
  isGood &&= ok;
  if (!ok && index === 0) break;
}
process.stdout.write(`\n${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped\n`);
process.exit(isGood ? 0 : 1);
