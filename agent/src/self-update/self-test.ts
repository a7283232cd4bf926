import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type Outcome, refuse, succeed } from '@wherry/protocol';

/**
 * What a new version is asked before anything is switched, as a child of the running agent: does it start on this machine, is it
 * what its release says, and could it work with this device's identity, settings and database? It changes nothing.
 */
export interface SelfTest {
  /** The unpacked version. */
  readonly folder: string;
  readonly dataFolder: string;
  readonly version: string;
}

/** Slow boards read a hundred megabytes for the first time. */
const LIMIT_MS = 120_000;

/** Code: self_test_failed. */
export async function selfTest({ folder, dataFolder, version }: SelfTest): Promise<Outcome<void>> {
  const said = await run(folder, ['--version']);
  if (!said.ok) return said;
  if (said.value !== `wherry-agent ${version}`)
    return refuse('self_test_failed', `the release says version ${version}, the agent in it says "${said.value}"`);
  const checked = await run(folder, ['check', '--data', dataFolder]);
  return checked.ok ? succeed(undefined) : checked;
}

function run(folder: string, args: readonly string[]): Promise<Outcome<string>> {
  const { WHERRY_CRASH_AT: _crash, WHERRY_FAIL_AT: _fail, NOTIFY_SOCKET: _notify, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      join(folder, 'bin/wherry-agent'),
      args,
      { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024, env: { ...env, WHERRY_VERSION_DIR: folder } },
      (error, stdout, stderr) => {
        if (error === null) return resolve(succeed(stdout.trim().slice(0, 200)));
        const why = stderr.trim().split('\n').at(-1)?.slice(0, 300) || error.message.slice(0, 300);
        resolve(refuse('self_test_failed', `"wherry-agent ${args[0]}" of the new version: ${why}`));
      },
    );
  });
}
