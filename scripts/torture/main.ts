import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HELP, readOptions } from './command-line.ts';
import { torture } from './torture.ts';

const WRONG_USE = 2;

async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args, Math.floor(Math.random() * 2 ** 31));
  } catch (error) {
    process.stderr.write(`torture: ${(error as Error).message}\nTry "npm run -s torture -- --help".\n`);
    return WRONG_USE;
  }
  if (options.isHelp) {
    process.stdout.write(HELP);
    return 0;
  }
  const dir = mkdtempSync(join(tmpdir(), 'wherry-torture-'));
  try {
    const outcome = await torture(dir, options, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(`${JSON.stringify(outcome, null, options.isJson ? 0 : 2)}\n`);
    const broken = outcome.left_worse + outcome.lost_reports + outcome.doubled + outcome.regressed;
    return broken === 0 ? 0 : 1;
  } finally {
    if (options.isKept) process.stderr.write(`kept: ${dir}\n`);
    else rmSync(dir, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
