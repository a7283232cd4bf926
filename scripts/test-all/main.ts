import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureSystemPackages } from '../system/packages.ts';
import { runStep } from './run-step.ts';
import { runVitest, type Sums } from './run-vitest.ts';

/**
 * The whole test command: system packages, build, `npm run check`, then the tests against real brokers, engines, browsers and
 * emulated boards. Ends with one line of sums; exits 1 if anything failed.
 */
const root = resolve(import.meta.dirname, '../..');
const reports = resolve(root, 'test-output/reports');

rmSync(reports, { recursive: true, force: true });
// Compiled modules of the last run (vitest.config.ts): copies of programs in folders that are gone would pile up.
rmSync(resolve(root, 'test-output/compiled'), { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const missing = ensureSystemPackages('test');
if (missing.length > 0 && process.env.CI === 'true') {
  process.stdout.write(
    `Under CI every system package must be there; missing: ${missing.map((p) => p.name).join(' ')}\n`,
  );
  process.exit(1);
}

const sums: Sums = { passed: 0, failed: 0, skipped: 0, unsteady: [] };
const npm = (name: string) => () => runStep(root, name, 'npm', ['run', '-s', name]);
const steps = [
  npm('build'),
  npm('lint'),
  npm('types'),
  npm('layers'),
  () => runVitest(root, reports, 'unit', sums),
  () => runVitest(root, reports, 'real', sums),
];
/** A broken step does not hide the ones after it, but for the build, without which the rest tells nothing. */
let isGood = true;
for (const [index, step] of steps.entries()) {
  const ok = step();
  isGood &&= ok;
  if (!ok && index === 0) break;
}
for (const file of sums.unsteady)
  process.stdout.write(`\nunsteady: ${file} failed, and passed when it ran again alone; find out why\n`);
process.stdout.write(`\n${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped\n`);
process.exit(isGood ? 0 : 1);
