import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './paths.ts';

/** Packs the agent for this machine and unpacks it into `dir`: the very files and flags that a device starts. Answers with its launcher. */
export function unpackAgent(dir: string): string {
  const target = process.arch === 'arm64' ? 'generic-arm64' : 'generic-x64';
  const packed = JSON.parse(
    run(process.execPath, [join(ROOT, 'firmware-targets/src/pack.ts'), '--target', target, '--out', dir]),
  );
  run('tar', ['-xzf', packed.archive, '-C', dir]);
  return join(dir, packed.name, 'bin/wherry-agent');
}

/** Runs a program to its end, for what it printed. Throws with its stderr when it fails. */
export function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.slice(-1_000)}`);
  return stdout;
}
