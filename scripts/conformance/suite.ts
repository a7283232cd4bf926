import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The public conformance suite of TUF: where it comes from, what it needs, and what it says. It is fetched, never kept here. */
const REPOSITORY = 'https://github.com/theupdateframework/tuf-conformance.git';
/** The version that has 113 tests. */
const COMMIT = 'eec841c';

export interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

/** A checkout that is there already is taken as it is. Throws with what to do when the network does not allow it. */
export function fetchSuite(folder: string): void {
  if (existsSync(join(folder, 'tuf_conformance'))) return;
  run('git', ['clone', '--quiet', REPOSITORY, folder], 'fetch the suite; give a checkout with --suite DIR');
  run('git', ['-C', folder, 'checkout', '--quiet', COMMIT], 'take the known version of the suite');
}

/** The suite runs in an environment of its own beside it. */
export function preparePython(folder: string, scratch: string): string {
  const python = join(scratch, 'venv', 'bin', 'python');
  if (!existsSync(python)) run('python3', ['-m', 'venv', join(scratch, 'venv')], 'apt-get install python3-venv');
  // Not installed itself: its build would write into the checkout.
  const project = readFileSync(join(folder, 'pyproject.toml'), 'utf8');
  const list = /^dependencies = \[\n(.*?)\n\]/ms.exec(project)?.[1] ?? '';
  const needs = [...list.matchAll(/"([^"]+)"/g)].map(([, need]) => need ?? '');
  run(python, ['-m', 'pip', 'install', '--quiet', ...needs], 'reach a Python package index');
  return python;
}

export async function runSuite(folder: string, python: string, client: string, scratch: string): Promise<Result> {
  const report = join(scratch, 'report.json');
  const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'tuf_conformance', '--entrypoint', client];
  const child = spawn(python, [...args, '--json-report', `--json-report-file=${report}`], {
    cwd: folder,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 2, 2],
  });
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const { tests } = JSON.parse(readFileSync(report, 'utf8')) as { tests: { nodeid: string; outcome: string }[] };
  const failures = tests.filter(({ outcome }) => outcome !== 'passed').map(({ nodeid }) => nodeid);
  return { passed: tests.length - failures.length, failed: failures.length, failures };
}

function run(program: string, args: readonly string[], advice: string): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new Error(`${program} ${args[0]} did not work${error ? ` (${error.message})` : ''}: ${advice}`);
}
