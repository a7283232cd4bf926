import { expect, it } from 'vitest';
import { capture } from '../fleet/command-line.ts';

/** A short torture of real processes, and at the same time one with every promise broken on purpose. */
async function torture(...args: readonly string[]) {
  const { code, stdout, stderr } = await capture(['scripts/torture/main.ts', '--json', ...args]);
  const last = stdout.trim().split('\n').at(-1);
  if (!last) throw new Error(`torture ended with ${code} and said nothing:\n${stderr}`);
  return { code, stderr, outcome: JSON.parse(last) };
}

it.concurrent('twenty kills leave no device worse and lose no report', { timeout: 240_000 }, async () => {
  const { code, outcome, stderr } = await torture('--kills', '20', '--devices', '2', '--seed', '7');
  expect(outcome, stderr).toMatchObject({ left_worse: 0, lost_reports: 0, doubled: 0, regressed: 0 });
  expect(outcome.kills).toBeGreaterThanOrEqual(20);
  expect(outcome.server_kills).toBeGreaterThan(0);
  expect(outcome.starts_judged).toBeGreaterThan(0);
  expect(outcome.reports).toBeGreaterThan(20);
  expect(code).toBe(0);
});

it.concurrent('each check notices when its promise is broken', { timeout: 240_000 }, async () => {
  const rules = ['left_worse', 'regressed', 'lost_reports', 'doubled'];
  const args = ['--kills', '24', '--devices', '2', '--seed', '8', '--patience', '2', '--break', rules.join(',')];
  const { code, outcome, stderr } = await torture(...args);
  expect(
    rules.filter((rule) => outcome[rule] === 0),
    stderr,
  ).toEqual([]);
  expect(code).toBe(1);
});
