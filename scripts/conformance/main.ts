import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchSuite, preparePython, runSuite } from './suite.ts';

const USAGE = `npm run -s conformance -- [--suite DIR] [--work DIR]

Runs the public TUF conformance suite (theupdateframework/tuf-conformance) against the updater of the agent.
  --suite DIR   a checkout that is there; without it one is fetched, and removed again
  --work DIR    where its Python environment is kept for the next time

Needs git, python3 with venv, faketime, and a Python package index. Prints {"passed":n,"failed":n} on stdout, the rest on stderr;
ends with 0 when nothing failed.
`;
const CLIENT = fileURLToPath(new URL('../tuf-client/main.ts', import.meta.url));

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { suite: { type: 'string' }, work: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!existsSync('/usr/bin/faketime')) throw new Error('faketime is missing: apt-get install faketime');
  const temporary = mkdtempSync(join(tmpdir(), 'wherry-conformance-'));
  try {
    const suite = resolve(values.suite ?? join(temporary, 'suite'));
    const work = resolve(values.work ?? temporary);
    mkdirSync(work, { recursive: true });
    fetchSuite(suite);
    const python = preparePython(suite, work);
    const { failures, ...counts } = await runSuite(suite, python, `${process.execPath} ${CLIENT}`, work);
    for (const name of failures) process.stderr.write(`failed: ${name}\n`);
    process.stdout.write(`${JSON.stringify(counts)}\n`);
    return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
