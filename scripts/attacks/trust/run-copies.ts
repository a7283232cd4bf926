import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../fleet/paths.ts';

/** What became of one test. */
export interface Ran {
  readonly title: string;
  readonly hasPassed: boolean;
  readonly isLate: boolean;
  readonly message: string;
}

/** What a removed defence lets in may never end; what holds may take its time on a busy machine. */
const TEST_TIMEOUT_MS = 60_000;
const ALL_TIMEOUT_MS = 1_800_000;

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs tests in copies that lie below one folder, all in one run, each file in a process of its own. Answers by the path of the file. */
export async function runCopies(
  folder: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, readonly Ran[]>> {
  const output = join(folder, 'results.json');
  const test = { include: files, testTimeout: TEST_TIMEOUT_MS, pool: 'forks', maxWorkers: 2 };
  writeFileSync(join(folder, 'vitest.config.mjs'), `export default ${JSON.stringify({ test })};\n`);
  const program = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const said = await run([program, 'run', '--root', folder, '--reporter=json', `--outputFile=${output}`], folder);
  const { testResults } = readResults(output, said);
  return new Map(testResults.map((file) => [file.name, file.assertionResults.map(ranOf)]));
}

function ranOf({ fullName, status, failureMessages }: Results['testResults'][number]['assertionResults'][number]): Ran {
  const message = failureMessages[0] ?? status;
  return { title: fullName, hasPassed: status === 'passed', isLate: message.includes('TestTimeoutError'), message };
}

function readResults(file: string, said: string): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`the tests of the copies did not run: ${said.slice(-2_000)}`, { cause: error });
  }
}

/** Answers what it said; that tests fail is what is wanted, so its exit code tells nothing. */
function run(args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: ALL_TIMEOUT_MS });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said = (said + chunk).slice(-20_000);
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}
