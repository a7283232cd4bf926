import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { ROOT } from './paths.ts';

/** Runs the real command line `wherry … --json` and parses what it printed. Throws with its stderr when it fails. */
export async function wherry<T = unknown>(args: readonly string[], env: Readonly<Record<string, string>>): Promise<T> {
  const { code, stdout, stderr } = await capture(['control-plane/cli/bin/wherry.js', ...args, '--json'], env);
  if (code !== 0) throw new Error(`wherry ${args.join(' ')} ended with ${code}: ${stderr.trim()}`);
  return (stdout.trim() === '' ? undefined : JSON.parse(stdout)) as T;
}

/** Runs one of our programs to its end; `args` begins with the file, relative to the repository. */
export async function capture(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [file, ...rest] = args;
  const child = spawn(process.execPath, [resolve(ROOT, file ?? ''), ...rest], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { code, stdout, stderr };
}
